import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { administration } from './administration.fixture.ts';

interface Rule {
  level: 'None' | 'Metadata' | 'Request' | 'RequestResponse';
  users?: string[];
  userGroups?: string[];
  verbs?: string[];
  namespaces?: string[];
  nonResourceURLs?: string[];
  resources?: { group: string; resources?: string[] }[];
}
interface Request {
  user?: string;
  groups?: string[];
  verb: string;
  /** `pods/exec`, `services.serving.knative.dev` */
  resource?: string;
  namespace?: string;
  url?: string;
}

const policy = parse(readFileSync(join(administration, 'audit/policy.yaml'), 'utf8')) as {
  apiVersion: string;
  kind: string;
  rules: Rule[];
};

/** The level of the first rule that fits, as the API server chooses it. */
const levelOf = ({ user = 'ann', groups = [], verb, resource, namespace = '', url }: Request): string =>
  policy.rules.find(
    (rule) =>
      (!rule.users || rule.users.includes(user)) &&
      (!rule.userGroups || rule.userGroups.some((each) => groups.includes(each))) &&
      (!rule.verbs || rule.verbs.includes(verb)) &&
      (!rule.namespaces || (resource !== undefined && rule.namespaces.includes(namespace))) &&
      fits(rule, resource, url),
  )?.level ?? 'None';

function fits({ resources, nonResourceURLs }: Rule, resource: string | undefined, url: string | undefined): boolean {
  if (nonResourceURLs)
    return (
      url !== undefined &&
      nonResourceURLs.some((each) => each === url || (each.endsWith('*') && url.startsWith(each.slice(0, -1))))
    );
  if (!resources) return true;
  if (resource === undefined) return false;
  const [name = '', ...group] = resource.split('.');
  return resources.some(
    (each) =>
      each.group === group.join('.') &&
      (!each.resources || each.resources.includes(name) || each.resources.includes(`*/${name.split('/')[1]}`)),
  );
}

const dormouse = { namespace: 'dormouse' };

test('the contents of Secrets and tokens are never logged, but who asked for them', () => {
  for (const verb of ['get', 'list', 'watch', 'create', 'update', 'patch', 'delete', 'deletecollection'])
    for (const resource of ['secrets', 'serviceaccounts/token', 'tokenreviews.authentication.k8s.io'])
      for (const namespace of ['dormouse', 'argocd', 'default'])
        expect([verb, resource, levelOf({ verb, resource, namespace })]).toEqual([verb, resource, 'Metadata']);
});

test.each([
  ['a deployment', { verb: 'patch', resource: 'services.serving.knative.dev', ...dormouse }, 'Request'],
  ['a deleted Trigger', { verb: 'delete', resource: 'triggers.eventing.knative.dev', ...dormouse }, 'Request'],
  ['a route', { verb: 'update', resource: 'virtualservices.networking.istio.io', ...dormouse }, 'Request'],
  [
    'a policy of the network',
    { verb: 'delete', resource: 'networkpolicies.networking.k8s.io', ...dormouse },
    'Request',
  ],
  ['a right', { verb: 'create', resource: 'rolebindings.rbac.authorization.k8s.io', ...dormouse }, 'Request'],
  ['a right elsewhere', { verb: 'create', resource: 'clusterrolebindings.rbac.authorization.k8s.io' }, 'Request'],
  [
    'a policy of admission',
    { verb: 'delete', resource: 'validatingadmissionpolicies.admissionregistration.k8s.io' },
    'Request',
  ],
  ['a sync of Argo CD', { verb: 'patch', resource: 'applications.argoproj.io', namespace: 'argocd' }, 'Request'],
  ['a shell', { verb: 'create', resource: 'pods/exec', ...dormouse }, 'Metadata'],
  ['a look into a Pod by a tunnel', { verb: 'create', resource: 'pods/portforward', ...dormouse }, 'Metadata'],
  ['a deleted Pod', { verb: 'delete', resource: 'pods', ...dormouse }, 'Metadata'],
  ['another namespace', { verb: 'patch', resource: 'services.serving.knative.dev', namespace: 'other' }, 'Metadata'],
  [
    'a node that is patched by the controllers',
    { user: 'system:kube-controller-manager', verb: 'patch', resource: 'nodes' },
    'Metadata',
  ],
  ['a look at Pods', { verb: 'list', resource: 'pods', ...dormouse }, 'None'],
  [
    'a kubelet that reads',
    { user: 'system:node:one', groups: ['system:nodes'], verb: 'get', resource: 'pods', ...dormouse },
    'None',
  ],
  [
    'a kubelet that reads a Secret',
    { user: 'system:node:one', groups: ['system:nodes'], verb: 'get', resource: 'secrets', ...dormouse },
    'None',
  ],
  [
    'the state of a function',
    {
      user: 'system:serviceaccount:knative-serving:controller',
      groups: ['system:serviceaccounts'],
      verb: 'update',
      resource: 'services/status.serving.knative.dev',
      ...dormouse,
    },
    'None',
  ],
  [
    'a state that somebody made up',
    { verb: 'update', resource: 'services/status.serving.knative.dev', ...dormouse },
    'Request',
  ],
  ['health', { verb: 'get', url: '/livez/etcd' }, 'None'],
] satisfies [string, Request, string][])('%s: %o is logged as %s', (_, request, level) => {
  expect(levelOf(request)).toBe(level);
});

test('it is a policy of the version that API servers read', () => {
  expect([policy.apiVersion, policy.kind]).toEqual(['audit.k8s.io/v1', 'Policy']);
  expect(policy.rules.every(({ level }) => ['None', 'Metadata', 'Request', 'RequestResponse'].includes(level))).toBe(
    true,
  );
});
