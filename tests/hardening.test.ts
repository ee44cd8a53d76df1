import { existsSync, globSync, readFileSync } from 'node:fs';
import { BlockList } from 'node:net';
import { join } from 'node:path';
import { catalogue } from '@dormouse/events/catalogue';
import { isPublicAddress } from '@dormouse/webhooks/public-address';
import { describe, expect, test } from 'vitest';
import { parse, parseAllDocuments } from 'yaml';

const project = join(import.meta.dirname, '..');

interface Operation {
  methods?: string[];
  paths?: string[];
}
interface Rule {
  from?: { source: { serviceAccounts?: string[] } }[];
  to?: { operation: Operation }[];
  when?: { key: string }[];
}
interface RoutePatch {
  match?: { routeConfiguration?: { vhost?: { route?: { name?: string } } } };
}
interface Manifest {
  apiVersion: string;
  kind: string;
  metadata: { name: string; namespace?: string };
  spec: {
    selector?: { matchLabels?: Record<string, string> };
    rules?: Rule[];
    subscriber?: { ref: { name: string }; uri?: string };
    to?: { ref: { kind: string; name: string } }[];
    from?: { sub?: string }[];
  };
}

const read = (folder: string): Manifest[] =>
  globSync(['*.yaml', 'generated/*.yaml'], { cwd: join(project, folder) })
    .filter((file) => !file.endsWith('kustomization.yaml'))
    .flatMap((file) =>
      parseAllDocuments(readFileSync(join(project, folder, file), 'utf8'), { merge: true }).map(
        (each) => each.toJS() as Manifest,
      ),
    )
    .filter((each) => typeof each?.kind === 'string');

const base = read('knative/base');
const mesh = read('knative/components/mesh-strict');
const services = base.filter(
  ({ apiVersion, kind }) => kind === 'Service' && apiVersion.startsWith('serving.knative.dev/'),
);
const names = services.map(({ metadata }) => metadata.name).sort();
const withDatabase = names.filter((name) => existsSync(join(project, 'functions', name, 'migrations')));

const policyOf = (name: string): Rule[] =>
  mesh.find(
    ({ kind, spec }) =>
      kind === 'AuthorizationPolicy' && spec.selector?.matchLabels?.['serving.knative.dev/service'] === name,
  )?.spec.rules ?? [];
const covers = (pattern: string, path: string) =>
  pattern === path || (pattern.endsWith('*') && path.startsWith(pattern.slice(0, -1)));
const allowing = (name: string, method: string, path: string): Rule[] =>
  policyOf(name).filter(({ to }) =>
    to?.some(
      ({ operation }) => operation.methods?.includes(method) && operation.paths?.some((each) => covers(each, path)),
    ),
  );
const needsToken = (rules: readonly Rule[]) =>
  rules.every(({ when }) => when?.some(({ key }) => key === 'request.auth.principal'));

describe('mesh-strict', () => {
  test('has a policy for each Service, and none for what does not exist', () => {
    const selected = mesh.flatMap(({ spec }) => spec.selector?.matchLabels?.['serving.knative.dev/service'] ?? []);
    expect(names.length).toBeGreaterThan(5);
    expect(selected.sort()).toEqual(names);
  });

  test('lets the Broker deliver wherever a Trigger leads, and dead letters too', () => {
    const subscribers = base.flatMap(({ spec }) =>
      spec?.subscriber ? [[spec.subscriber.ref.name, spec.subscriber.uri ?? '/'] as const] : [],
    );
    expect(subscribers.length).toBeGreaterThan(5);
    for (const [name, path] of [...subscribers, ['journal', '/dead-letters'], ['relay', '/']] as const)
      expect(allowing(name, 'POST', path), `${name}${path}`).not.toEqual([]);
  });

  test.each([
    ['posts', 'POST', '/blog/api/posts'],
    ['posts', 'PATCH', '/blog/api/posts/1'],
    ['posts', 'DELETE', '/blog/api/posts/1'],
    ['categories', 'PATCH', '/blog/api/categories/1'],
    ['categories', 'POST', '/blog/api/categories/1/merge'],
    ['auth', 'PATCH', '/api/me'],
    ['auth', 'DELETE', '/api/me'],
    ['auth', 'GET', '/api/users'],
    ['auth', 'PATCH', '/api/users/ada'],
    ['auth', 'GET', '/api/invitations'],
    ['auth', 'POST', '/api/invitations'],
    ['auth', 'DELETE', '/api/invitations/1'],
    ['auth', 'GET', '/api/tokens'],
    ['auth', 'POST', '/api/tokens'],
    ['auth', 'POST', '/api/me/email-verification'],
    ['auth', 'POST', '/api/me/email-change'],
    ['auth', 'DELETE', '/api/me/email-change'],
    ['auth', 'POST', '/api/me/totp'],
    ['auth', 'DELETE', '/api/me/totp'],
    ['auth', 'POST', '/api/me/totp/confirmation'],
    ['auth', 'POST', '/api/me/identities'],
    ['auth', 'DELETE', '/api/me/identities/0'],
    ['auth', 'POST', '/api/me/passkeys'],
    ['auth', 'POST', '/api/me/passkeys/options'],
    ['auth', 'PATCH', '/api/me/passkeys/0'],
    ['auth', 'DELETE', '/api/tokens/1'],
    ['journal', 'GET', '/api/journal/events'],
    ['journal', 'POST', '/api/journal/redrives'],
    ['web', 'PUT', '/blog/media/0'],
    ['media', 'POST', '/blog/api/media'],
    ['media', 'DELETE', '/blog/api/media/0'],
    ['comments', 'GET', '/blog/api/comments'],
    ['comments', 'POST', '/blog/api/comments/1/block'],
    ['comments', 'PUT', '/blog/api/comments/words'],
    ['webhooks', 'POST', '/api/webhooks'],
    ['webhooks', 'DELETE', '/api/webhooks/0'],
    ['newsletter', 'GET', '/blog/api/newsletter/subscribers.csv'],
    ['newsletter', 'PATCH', '/blog/api/newsletter/settings'],
    ['newsletter', 'DELETE', '/blog/api/newsletter/subscribers/1'],
  ])('%s: %s %s needs a token', (name, method, path) => {
    expect(allowing(name, method, path).length).toBeGreaterThan(0);
    expect(needsToken(allowing(name, method, path))).toBe(true);
  });

  test.each([
    ['auth', 'POST', '/api/register'],
    ['auth', 'POST', '/api/login'],
    ['auth', 'POST', '/api/token/refresh'],
    ['auth', 'POST', '/api/logout'],
    ['auth', 'POST', '/api/claim'],
    ['auth', 'POST', '/api/password-resets'],
    ['auth', 'POST', '/api/password-resets/completion'],
    ['auth', 'POST', '/api/comment-mails/off'],
    ['auth', 'POST', '/api/log-in-links'],
    ['auth', 'POST', '/api/log-in-links/completion'],
    ['auth', 'POST', '/api/email-verifications'],
    ['auth', 'POST', '/api/invitations/lookup'],
    ['auth', 'POST', '/api/token/personal'],
    ['auth', 'GET', '/api/oauth/github'],
    ['auth', 'GET', '/api/oauth/github/callback'],
    ['auth', 'POST', '/api/oauth/lookup'],
    ['auth', 'POST', '/api/oauth/session'],
    ['auth', 'POST', '/api/oauth/registration'],
    ['auth', 'POST', '/api/passkeys/options'],
    ['auth', 'POST', '/api/passkeys/session'],
    ['auth', 'POST', '/api/token/personal/revocation'],
    ['auth', 'GET', '/.well-known/jwks.json'],
    ['auth', 'GET', '/verify'],
    ['posts', 'GET', '/blog/api/posts/by-slug/x'],
    ['categories', 'GET', '/blog/api/categories'],
    ['media', 'GET', '/blog/media/pictures/0-1280.jpg'],
    ['search', 'GET', '/blog/api/search'],
    ['comments', 'GET', '/blog/api/posts/1/comments'],
    ['comments', 'POST', '/blog/api/posts/1/comments'],
    ['comments', 'PATCH', '/blog/api/comments/1'],
    ['newsletter', 'POST', '/blog/api/newsletter/subscriptions'],
    ['newsletter', 'POST', '/blog/api/newsletter/unsubscriptions'],
    ['web', 'POST', '/blog/login'],
    ['web', 'POST', '/blog/posts/x/edit'],
    ['web', 'POST', '/claim'],
    ['web', 'POST', '/blog/password-reset'],
    ['web', 'POST', '/blog/verify-email'],
    ['web', 'POST', '/blog/newsletter/unsubscribe'],
  ])('%s: %s %s is open to people without one', (name, method, path) => {
    expect(allowing(name, method, path).some((rule) => !needsToken([rule]))).toBe(true);
  });

  test('lets functions with a database reach PostgreSQL, the migration and backups', () => {
    const rules = mesh.find(({ metadata }) => metadata.name === 'postgres')?.spec.rules ?? [];
    expect(
      rules.flatMap(({ from }) => from?.flatMap(({ source }) => source.serviceAccounts ?? []) ?? []).sort(),
    ).toEqual([...withDatabase, 'migrate', 'backup'].sort());
  });
});

test('network-policy lets the same functions reach PostgreSQL', () => {
  const { patches } = parse(
    readFileSync(join(project, 'knative/components/network-policy/generated/kustomization.yaml'), 'utf8'),
  ) as { patches: { target: { name: string }; patch: string }[] };
  const filled = patches.map(({ target, patch }) => [target.name, ...(parse(patch) as [{ value: string[] }])[0].value]);
  const stores = filled.filter(([policy]) => policy === 'database' || policy === 'postgres');
  expect(stores.map(([policy, ...functions]) => [policy, ...functions.sort()])).toEqual([
    ['database', ...withDatabase],
    ['postgres', ...withDatabase],
  ]);
});

test('network-policy lets webhooks reach addresses of others, and nothing that the function refuses', () => {
  const policy = read('knative/components/network-policy').find(
    ({ metadata }) => metadata.name === 'webhook-receivers',
  );
  const { egress } = policy!.spec as unknown as {
    egress: { to: { ipBlock: { cidr: string; except: string[] } }[]; ports: { port: number; endPort?: number }[] }[];
  };
  const allows = (address: string) => {
    const family = address.includes(':') ? 'ipv6' : 'ipv4';
    const isIn = (cidr: string) => {
      const [network = '', prefix] = cidr.split('/');
      if (network.includes(':') !== (family === 'ipv6')) return false;
      const list = new BlockList();
      list.addSubnet(network, Number(prefix), family);
      return list.check(address, family);
    };
    return egress.some(({ to }) => to.some(({ ipBlock }) => isIn(ipBlock.cidr) && !ipBlock.except.some(isIn)));
  };
  const inside =
    '10.96.0.1 10.0.0.1 127.0.0.1 169.254.169.254 172.20.0.1 192.168.1.1 100.100.100.200 168.63.129.16 0.0.0.0';
  for (const address of [...inside.split(' '), 'fd00:ec2::254', '::1', '::ffff:10.0.0.1', '64:ff9b::a00:1', 'fe80::1'])
    expect([address, isPublicAddress(address), allows(address)]).toEqual([address, false, false]);
  for (const address of ['1.1.1.1', '2606:4700::1111']) expect([address, allows(address)]).toEqual([address, true]);
  expect(egress.flatMap(({ ports }) => ports)).toMatchObject([{ port: 443 }, { port: 1024, endPort: 65535 }]);
});

test('event-policy lets every function that emits events send, and the relay', () => {
  const senders = read('knative/components/event-policy').flatMap(({ kind, spec }) =>
    kind === 'EventPolicy' ? (spec.from ?? []) : [],
  );
  const sources = new Set(catalogue.map(({ source }) => source.slice(1)));
  expect(senders.map(({ sub }) => sub?.split(':').at(-1)).sort()).toEqual([...sources, 'relay'].sort());
});

test('what the ingress gateway reads says where it lies', () => {
  const atTheGateway = ['rate-limit', 'gateway-tls']
    .flatMap((name) => read(`knative/components/${name}`))
    .filter(({ kind }) => kind === 'EnvoyFilter' || kind === 'Certificate');
  expect(atTheGateway.map(({ kind, metadata }) => [kind, metadata.namespace])).toEqual([
    ['EnvoyFilter', 'istio-system'],
    ['Certificate', 'istio-system'],
  ]);
});

test('every route to auth has its requests counted by address at the gateway', () => {
  const { http } = base.find(({ kind }) => kind === 'VirtualService')!.spec as unknown as {
    http: { name: string; rewrite?: { authority?: string } }[];
  };
  const toAuth = http.filter(({ rewrite }) => rewrite?.authority?.startsWith('auth.')).map(({ name }) => name);
  const counted = read('knative/components/rate-limit').flatMap(({ spec }) =>
    ((spec as { configPatches?: RoutePatch[] }).configPatches ?? []).flatMap(
      ({ match }) => match?.routeConfiguration?.vhost?.route?.name ?? [],
    ),
  );
  expect(counted.sort()).toEqual([...new Set(toAuth)].sort());
  expect(counted).toContain('auth-login');
});
