import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { EventContract } from '@dormouse/events/contract';
import { afterEach, describe, expect, test } from 'vitest';
import { parse, parseAllDocuments } from 'yaml';
import { baseComponent } from './base.ts';
import { componentFiles } from './component.ts';
import { eventPolicyComponent } from './event-policy.ts';
import { dashedSecretsComponent, externalSecretsComponent } from './external-secrets.ts';
import { imageEntries } from './images.ts';
import { meshStrictComponent } from './mesh-strict.ts';
import { networkPolicyComponent } from './network-policy.ts';
import { rateLimitComponent } from './rate-limit.ts';
import { readFunctions } from './read-functions.ts';

const folders: string[] = [];
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true });
});

/** A project of two functions: `naps` has a database, a route and a Trigger, and `front` calls it. */
function project(changes: Record<string, string> = {}): string {
  const root = mkdtempSync(join(tmpdir(), 'generate-'));
  folders.push(root);
  const service = (name: string, annotations = '') =>
    `apiVersion: serving.knative.dev/v1\nkind: Service\nmetadata: {name: ${name}${annotations}}\nspec: {template: {spec: {}}}\n`;
  const files: Record<string, string> = {
    'knative/base/kustomization.yaml':
      'resources: [naps.yaml, front.yaml, gateway.yaml, migrate.yaml, ../../events/generated]',
    'knative/base/every-service.yaml': '- {op: add, path: /x, value: {secretRef: {name: shared}}}',
    'knative/base/naps.yaml': `${service('naps')}---
apiVersion: eventing.knative.dev/v1
kind: Trigger
metadata: {name: naps-events}
spec: {subscriber: {ref: {name: naps}, uri: /events}}`,
    'knative/base/front.yaml': service('front', ', annotations: {dormouse.dev/calls: naps}'),
    'knative/base/gateway.yaml': `apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: {name: dormouse}
spec: {http: [{match: [{uri: {prefix: /naps}}], rewrite: {authority: naps.dormouse.svc.cluster.local}}]}`,
    'knative/base/migrate.yaml': `apiVersion: batch/v1
kind: Job
metadata: {name: migrate}
spec: {template: {spec: {containers: [{envFrom: [{secretRef: {name: migrate-database}}]}]}}}`,
    'functions/naps/migrations/001-naps.sql': '',
    ...changes,
  };
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  }
  return root;
}

const written = (component: Parameters<typeof componentFiles>[0], file: string) =>
  parseAllDocuments(componentFiles(component).get(file)!).map((each) => each.toJS());

describe('what is generated for a function', () => {
  test('is an account, its database where it has migrations, and an empty list where it has none', () => {
    const component = baseComponent(readFunctions(project(), []));
    expect(written(component, 'accounts.yaml').map(({ metadata }) => metadata.name)).toEqual([
      'naps',
      'front',
      'migrate',
    ]);
    const [{ patches }] = written(component, 'kustomization.yaml');
    const values = patches.map(({ target, patch }: { target: { name: string }; patch: string }) => [
      target.name,
      parse(patch)[0].value,
    ]);
    expect(values).toEqual([
      ['naps', [{ secretRef: { name: 'naps-database' } }, { secretRef: { name: 'naps-redis', optional: true } }]],
      ['front', [{ secretRef: { name: 'front-redis', optional: true } }]],
      ['migrate', { prefix: 'NAPS_', secretRef: { name: 'naps-database' } }],
    ]);
    expect(written(component, 'platform.yaml')).toEqual([
      {
        secrets: {
          'naps-database': { database: 'naps' },
          'naps-redis': { redis: { user: 'naps', rules: expect.arrayContaining(['-@all', '~naps:*', '&naps:*']) } },
          'front-redis': { redis: { user: 'front', rules: expect.arrayContaining(['-@all', '~front:*']) } },
          'redis-admin': { redis: expect.objectContaining({ user: 'admin' }) },
          'redis-exporter': { redis: expect.objectContaining({ user: 'exporter' }) },
        },
      },
    ]);
  });

  test('lets its account ask Kubernetes only if a RoleBinding names it', () => {
    const binding =
      '\n---\napiVersion: rbac.authorization.k8s.io/v1\nkind: RoleBinding\nmetadata: {name: front}\nsubjects: [{kind: ServiceAccount, name: front}]';
    const root = project();
    const front = readFunctions(
      project({
        'knative/base/front.yaml': `apiVersion: serving.knative.dev/v1\nkind: Service\nmetadata: {name: front}${binding}`,
      }),
      [],
    );
    expect(readFunctions(root, []).functions.map(({ asksKubernetes }) => asksKubernetes)).toEqual([
      false,
      false,
      false,
    ]);
    expect(front.functions.map(({ asksKubernetes }) => asksKubernetes)).toEqual([false, true, false]);
  });

  test('is a policy of the mesh: reads, writes with a token, events; for its callers too; none where one is by hand', () => {
    const base = readFunctions(project(), []);
    const [front, naps] = written(meshStrictComponent(base, []), 'functions.yaml');
    expect(front.spec).toEqual({ selector: { matchLabels: { 'serving.knative.dev/service': 'front' } } });
    const [reads, writes, events] = naps.spec.rules;
    expect(reads.from[0].source.serviceAccounts).toContain('front');
    expect(reads.to).toEqual([{ operation: { methods: ['GET', 'HEAD', 'OPTIONS'], paths: ['/naps', '/naps/*'] } }]);
    expect(writes.when).toEqual([{ key: 'request.auth.principal', values: ['*'] }]);
    expect(events.from[0].source.serviceAccounts).not.toContain('front');
    expect(events.to).toEqual([{ operation: { methods: ['POST'], paths: ['/events'] } }]);
    const byHand = written(meshStrictComponent(base, ['naps']), 'functions.yaml');
    expect(byHand.map(({ metadata }) => metadata.name)).toEqual(['front']);
  });

  test('opens the database to those who have one', () => {
    const base = readFunctions(project(), []);
    const filled = networkPolicyComponent(base).patches!.map(({ target, operations }) => [
      target.name,
      operations[0]!.value,
    ]);
    expect(filled).toContainEqual(['database', ['naps']]);
    expect(filled).toContainEqual(['postgres', ['naps']]);
    const [postgres, redis] = written(meshStrictComponent(base, []), 'stores.yaml');
    expect(postgres.spec.rules[0].from[0].source.serviceAccounts).toEqual(['naps', 'migrate', 'backup']);
    expect(redis.spec.rules[0].from[0].source.serviceAccounts).toEqual(['naps', 'front']);
  });

  test('opens the gateway to those who call others or check tokens, and the Broker to those who emit events', () => {
    const filled = (changes: Record<string, string>, sources: string[]) =>
      Object.fromEntries(
        networkPolicyComponent(
          readFunctions(
            project(changes),
            sources.map((source) => ({ source })),
          ),
        ).patches!.map(({ target, operations }) => [target.name, operations[0]!.value]),
      );
    expect(filled({}, ['/naps'])).toMatchObject({
      calls: ['naps', 'front'],
      requests: ['naps', 'front'],
      broker: ['naps'],
    });
    const kustomization =
      'resources: [naps.yaml, front.yaml, gateway.yaml, migrate.yaml]\n' +
      'configMapGenerator: [{name: platform, literals: ["A=1", "JWKS_URL=http://naps.dormouse.svc.cluster.local/keys"]}]';
    expect(filled({ 'knative/base/kustomization.yaml': kustomization }, [])).toMatchObject({
      calls: ['front'],
      broker: [],
    });
  });

  test('brings every Secret that is read', () => {
    const names = written(externalSecretsComponent(readFunctions(project(), [])), 'secrets.yaml');
    expect(names.map(({ metadata }) => metadata.name)).toEqual([
      'auth-oauth',
      'backup-database',
      'backup-store',
      'cdn',
      'client-proof',
      'front-redis',
      'media-store',
      'migrate-database',
      'naps-database',
      'naps-redis',
      'search-store',
      'shared',
    ]);
  });

  test('brings them by names without a slash, too', () => {
    const { patches } = dashedSecretsComponent(readFunctions(project(), []));
    expect(patches).toContainEqual({
      target: { group: 'external-secrets.io', kind: 'ExternalSecret', name: 'naps-database' },
      operations: [{ op: 'replace', path: '/spec/dataFrom/0/extract/key', value: 'dormouse-naps-database' }],
    });
    expect(patches).toHaveLength(12);
  });

  test('lets it send its own events, by a token beside the volumes that it has', () => {
    const volumes =
      'apiVersion: serving.knative.dev/v1\nkind: Service\nmetadata: {name: naps}\nspec: {template: {spec: {volumes: [{name: a}]}}}';
    const catalogue = ['dev.dormouse.nap.begun.v1', 'dev.dormouse.nap.ended.v1'].map(
      (type) => ({ type, source: '/naps' }) as EventContract,
    );
    const paths = (root: string) =>
      eventPolicyComponent(readFunctions(root, []), catalogue).patches!.flatMap(({ operations }) =>
        operations.map(({ path }) => path),
      );
    expect(paths(project())).toContain('/spec/template/spec/volumes');
    expect(paths(project({ 'knative/base/naps.yaml': volumes }))).toContain('/spec/template/spec/volumes/-');
    const [policy, another] = written(eventPolicyComponent(readFunctions(project(), []), catalogue), 'publishers.yaml');
    expect(policy.spec.filters).toEqual([{ prefix: { type: 'dev.dormouse.nap.' } }]);
    expect(another).toBeUndefined();
  });

  test('limits its route at the edge', () => {
    const [patch] = rateLimitComponent(readFunctions(project(), [])).patches!;
    expect(patch!.operations.map(({ value }) => JSON.stringify(value))).toEqual([
      expect.stringContaining('"route":{"name":"naps"}'),
    ]);
  });
});

describe('entries of images', () => {
  const text = `# What runs.\nkind: Component\nimages:
  - {name: dev.local/dormouse/naps, newName: registry.example/naps, digest: sha256:abc}
  - {name: dev.local/dormouse/gone, newName: registry.example/gone, newTag: v1}\n`;

  test('keep what a release wrote, add what is new, leave out what is gone', () => {
    const next = imageEntries(text, readFunctions(project(), []));
    expect(next).toMatch(/^# What runs\.\nkind: Component\n/);
    expect(parse(next).images).toEqual([
      { name: 'dev.local/dormouse/naps', newName: 'registry.example/naps', digest: 'sha256:abc' },
      { name: 'dev.local/dormouse/front', newName: 'registry.dormouse.dev/dormouse/front', newTag: 'unreleased' },
      { name: 'dev.local/dormouse/migrate', newName: 'registry.dormouse.dev/dormouse/migrate', newTag: 'unreleased' },
      { name: 'dev.local/dormouse/backup', newName: 'registry.dormouse.dev/dormouse/backup', newTag: 'unreleased' },
    ]);
    expect(imageEntries(next, readFunctions(project(), []))).toBe(next);
  });
});
