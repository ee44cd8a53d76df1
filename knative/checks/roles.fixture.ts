import type { Manifest } from './manifest.ts';

interface Rule {
  apiGroups: string[];
  resources: string[];
  verbs: string[];
}

/** Who, what it would do, and to what (`resource.group`, `pods/log`), and whether it can. */
export type Right = readonly [who: 'deployer' | 'operator', verb: string, resource: string, can: boolean];

const yes = (who: Right[0], verbs: string, resources: string): Right[] => rights(who, verbs, resources, true);
const no = (who: Right[0], verbs: string, resources: string): Right[] => rights(who, verbs, resources, false);
const rights = (who: Right[0], verbs: string, resources: string, can: boolean): Right[] =>
  resources.split(' ').flatMap((resource) => verbs.split(' ').map((verb): Right => [who, verb, resource, can]));

const ofOthers = 'secrets serviceaccounts/token pods/exec pods/attach pods/portforward';

/** What deployers and operators can do in the namespace of the blog, and what they cannot. */
export const table: readonly Right[] = [
  // What `npm run deploy` does.
  ...yes('deployer', 'get list watch create update patch', 'services.serving.knative.dev'),
  ...yes('deployer', 'get list watch', 'revisions.serving.knative.dev routes.serving.knative.dev'),
  ...yes('deployer', 'get create patch', 'configmaps triggers.eventing.knative.dev pingsources.sources.knative.dev'),
  ...yes('deployer', 'get list watch', 'pods pods/log events'),
  ...no('deployer', 'delete deletecollection', 'services.serving.knative.dev revisions.serving.knative.dev'),
  ...no('deployer', 'delete', 'triggers.eventing.knative.dev configmaps pods jobs.batch'),
  ...no('deployer', 'patch', 'revisions.serving.knative.dev brokers.eventing.knative.dev'),
  ...no('deployer', 'get list create', ofOthers),
  ...no('deployer', 'create patch', 'pods deployments.apps jobs.batch serviceaccounts'),
  ...no(
    'deployer',
    'create patch bind escalate',
    'roles.rbac.authorization.k8s.io rolebindings.rbac.authorization.k8s.io',
  ),
  ...no('deployer', 'patch delete', 'networkpolicies.networking.k8s.io authorizationpolicies.security.istio.io'),
  ...no('deployer', 'patch', 'virtualservices.networking.istio.io externalsecrets.external-secrets.io namespaces'),
  ...no('deployer', 'impersonate', 'serviceaccounts users groups'),
  // Seeing, a rollback, a new Pod.
  ...yes(
    'operator',
    'get list watch',
    'services.serving.knative.dev revisions.serving.knative.dev pods pods/log events',
  ),
  ...yes(
    'operator',
    'get list',
    'triggers.eventing.knative.dev brokers.eventing.knative.dev subscriptions.messaging.knative.dev',
  ),
  ...yes(
    'operator',
    'get',
    'networkpolicies.networking.k8s.io authorizationpolicies.security.istio.io roles.rbac.authorization.k8s.io',
  ),
  ...yes('operator', 'update patch', 'services.serving.knative.dev'),
  ...yes('operator', 'delete', 'pods'),
  ...no('operator', 'create delete', 'services.serving.knative.dev triggers.eventing.knative.dev configmaps'),
  ...no(
    'operator',
    'patch',
    'configmaps triggers.eventing.knative.dev brokers.eventing.knative.dev pods deployments.apps',
  ),
  ...no('operator', 'get list create', ofOthers),
  ...no(
    'operator',
    'create patch bind escalate',
    'roles.rbac.authorization.k8s.io rolebindings.rbac.authorization.k8s.io',
  ),
  ...no('operator', 'patch delete', 'networkpolicies.networking.k8s.io authorizationpolicies.security.istio.io'),
  ...no('operator', 'deletecollection', 'pods'),
  ...no('operator', 'impersonate', 'serviceaccounts users groups'),
];

/** Whether the Role of that name allows it, as Kubernetes reads its rules: one of them names group, resource and verb, or `*`. */
export function allows(manifests: readonly Manifest[], [who, verb, resource]: Right): boolean {
  const role = manifests.find(({ kind, metadata }) => kind === 'Role' && metadata.name === who);
  const { rules = [] } = (role ?? {}) as unknown as { rules?: Rule[] };
  const [name = '', ...group] = resource.split('.');
  const has = (list: readonly string[], wanted: string) => list.includes(wanted) || list.includes('*');
  return rules.some(
    ({ apiGroups, resources, verbs }) => has(apiGroups, group.join('.')) && has(resources, name) && has(verbs, verb),
  );
}
