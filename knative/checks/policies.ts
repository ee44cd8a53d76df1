import { hasAccount } from './accounts.ts';
import { rootNamespace } from './gateways.ts';
import { installedNamespaces } from './installed.ts';
import { all, type Finding, find, finding, type Manifest, type Manifests, namespaceOf } from './manifest.ts';

interface Source {
  principals?: readonly string[];
  notPrincipals?: readonly string[];
  namespaces?: readonly string[];
  notNamespaces?: readonly string[];
  requestPrincipals?: readonly string[];
  serviceAccounts?: readonly string[];
  notServiceAccounts?: readonly string[];
}
interface AuthorizationPolicySpec {
  action?: string;
  rules?: readonly {
    from?: readonly { source?: Source }[];
    when?: readonly { key: string; values?: readonly string[] }[];
  }[];
}
interface RequestAuthenticationSpec {
  jwtRules?: readonly { issuer: string; jwksUri?: string; jwks?: string }[];
}
interface PeerAuthenticationSpec {
  selector?: object;
  portLevelMtls?: object;
}
type Problem = { path: string; problem: string };

/** Accounts that a component adds, as an overlay with a namespace of its own has them. */
const moved = (optional: Manifests, namespace: string): Manifests =>
  optional
    .filter(({ kind }) => kind === 'ServiceAccount')
    .map((each) => ({ ...each, metadata: { ...each.metadata, namespace } }));

/**
 * Checks authorization policies: named identities exist, and required tokens are validated.
 * @param optional manifests that some component adds: a policy may let their accounts through before
 */
export const checkIstioPolicies = (manifests: Manifests, optional: Manifests = []): Finding[] => [
  ...all<AuthorizationPolicySpec>(manifests, 'AuthorizationPolicy.security.istio.io').flatMap((policy) =>
    checkAuthorization(
      { manifests, known: [...manifests, ...optional, ...moved(optional, namespaceOf(policy))] },
      policy,
    ).map(({ path, problem }) => finding(policy, path, problem)),
  ),
  ...all<RequestAuthenticationSpec>(manifests, 'RequestAuthentication.security.istio.io').flatMap((each) =>
    (each.spec.jwtRules ?? []).flatMap(({ issuer, jwksUri, jwks }, index) =>
      jwksUri || jwks ? [] : [finding(each, `spec.jwtRules[${index}]`, `says not where the keys of ${issuer} are`)],
    ),
  ),
  ...all<PeerAuthenticationSpec>(manifests, 'PeerAuthentication.security.istio.io').flatMap(({ spec, ...each }) =>
    spec.portLevelMtls && !spec.selector
      ? [finding(each as Manifest, 'spec.portLevelMtls', 'is for chosen Pods only: there is no selector')]
      : [],
  ),
];

interface Applied {
  manifests: Manifests;
  /** These, and what components would add. */
  known: Manifests;
}

function checkAuthorization(applied: Applied, policy: Manifest & { spec: AuthorizationPolicySpec }): Problem[] {
  const { manifests, known } = applied;
  return (policy.spec.rules ?? []).flatMap(({ from = [], when = [] }, rule) => [
    ...from.flatMap(({ source = {} }, index) =>
      checkSource(applied, policy, source, `spec.rules[${rule}].from[${index}].source`),
    ),
    ...when.flatMap(({ key, values = [] }, index) => {
      const path = `spec.rules[${rule}].when[${index}]`;
      if (key === 'source.principal') return checkPrincipals(known, values, path);
      return key.startsWith('request.auth.') && !isAuthenticated(manifests, policy)
        ? [{ path, problem: 'no RequestAuthentication reads tokens here' }]
        : [];
    }),
  ]);
}

function checkSource({ manifests, known }: Applied, policy: Manifest, source: Source, path: string): Problem[] {
  const namespaces = [...(source.namespaces ?? []), ...(source.notNamespaces ?? [])];
  const problems = [
    ...checkPrincipals(known, source.principals ?? [], `${path}.principals`),
    ...checkPrincipals(known, source.notPrincipals ?? [], `${path}.notPrincipals`),
    ...checkAccounts(
      known,
      policy,
      [...(source.serviceAccounts ?? []), ...(source.notServiceAccounts ?? [])],
      `${path}.serviceAccounts`,
    ),
    ...namespaces
      .filter((name) => !isNamespace(manifests, name))
      .map((name) => ({ path: `${path}.namespaces`, problem: `there is no namespace ${name}` })),
  ];
  if (source.requestPrincipals?.length && !isAuthenticated(manifests, policy))
    problems.push({ path: `${path}.requestPrincipals`, problem: 'no RequestAuthentication reads tokens here' });
  return problems;
}

const isNamespace = (manifests: Manifests, name: string) =>
  name.includes('*') || installedNamespaces.includes(name) || !!find(manifests, 'Namespace', '', name);

const checkPrincipals = (manifests: Manifests, principals: readonly string[], path: string): Problem[] =>
  principals.flatMap((principal) => {
    if (principal.includes('*')) return [];
    const [, namespace = '', name = ''] = /^[^/]+\/ns\/([^/]+)\/sa\/([^/]+)$/.exec(principal) ?? [];
    if (!name) return [{ path, problem: `"${principal}" is no identity: cluster.local/ns/NAMESPACE/sa/NAME` }];
    return hasAccount(manifests, namespace, name)
      ? []
      : [{ path, problem: `there is no ServiceAccount ${namespace}/${name}` }];
  });

/** ServiceAccounts in Istio's syntax: `NAMESPACE/NAME`, or a name in the policy's own namespace. */
const checkAccounts = (manifests: Manifests, policy: Manifest, accounts: readonly string[], path: string): Problem[] =>
  accounts.flatMap((account) => {
    const [namespace = '', name = ''] = account.includes('/') ? account.split('/') : [namespaceOf(policy), account];
    return hasAccount(manifests, namespace, name)
      ? []
      : [{ path, problem: `there is no ServiceAccount ${namespace}/${name}` }];
  });

const isAuthenticated = (manifests: Manifests, policy: Manifest) =>
  all(manifests, 'RequestAuthentication.security.istio.io').some((each) =>
    [rootNamespace, namespaceOf(policy)].includes(namespaceOf(each)),
  );
