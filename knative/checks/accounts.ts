import { installedAccounts } from './installed.ts';
import { all, type Finding, find, finding, type Manifest, type Manifests, namespaceOf } from './manifest.ts';

interface Binding {
  roleRef: { kind: string; name: string };
  subjects?: readonly { kind: string; name: string; namespace?: string }[];
}

/** Kubernetes' built-in ClusterRoles. */
const rolesOfCluster = ['view', 'edit', 'admin', 'cluster-admin', 'system:auth-delegator'];

export const hasAccount = (manifests: Manifests, namespace: string, name: string): boolean =>
  find(manifests, 'ServiceAccount', namespace, name) !== undefined ||
  (installedAccounts[namespace] ?? []).includes(name);

/** Checks that subjects and roles of bindings exist. */
export const checkBindings = (manifests: Manifests): Finding[] =>
  ['RoleBinding', 'ClusterRoleBinding']
    .flatMap((kind) => all(manifests, `${kind}.rbac.authorization.k8s.io`))
    .flatMap((binding) => {
      const { roleRef, subjects = [] } = binding as unknown as Binding;
      const lost = subjects.flatMap(({ kind, name, namespace = '' }, index) =>
        kind !== 'ServiceAccount' || hasAccount(manifests, namespace, name)
          ? []
          : [finding(binding, `subjects[${index}]`, `there is no ServiceAccount ${namespace}/${name}`)],
      );
      return hasRole(manifests, binding, roleRef)
        ? lost
        : [...lost, finding(binding, 'roleRef', `there is no ${roleRef.kind} ${roleRef.name}`)];
    });

function hasRole(manifests: Manifests, binding: Manifest, { kind, name }: Binding['roleRef']): boolean {
  const cluster = kind === 'ClusterRole';
  return (
    (cluster && rolesOfCluster.includes(name)) ||
    find(manifests, `${kind}.rbac.authorization.k8s.io`, cluster ? '' : namespaceOf(binding), name) !== undefined
  );
}
