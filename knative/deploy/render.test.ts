import { execFileSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { byKubectlAlone } from '@dormouse/manifests/kustomize/kustomization.fixture';
import type { Manifest } from '@dormouse/manifests/yaml/origin';
import { needs } from '@dormouse/tests/needs';
import { describe, expect, test } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { manifestsOf, type ServiceManifest } from './function-manifests.ts';
import { demandOwnAddresses, renderOverlay } from './overlay.ts';
import { renderFunction } from './render.ts';

const overlays = readdirSync(join(import.meta.dirname, '../overlays'));
const readable = overlays.filter((overlay) => !byKubectlAlone(overlay));
const documents = (text: string) => parseAllDocuments(text).map((document) => document.toJS() as Manifest);
const named = (manifests: readonly Manifest[]) =>
  manifests.map(({ kind, metadata }) => `${kind} ${metadata.name.replace(/-[a-z0-9]{10}$/, '-HASH')}`);
const functions = (all: readonly Manifest[]) =>
  all
    .filter(({ apiVersion, kind }) => kind === 'Service' && apiVersion.startsWith('serving.'))
    .map(({ metadata }) => metadata.name);

describe('one function of an overlay', () => {
  test('is one document: kn reads no further', async () => {
    const [service, another] = documents(await renderFunction('posts', { overlay: 'lab' }));
    expect(another).toBeUndefined();
    expect(service).toMatchObject({
      apiVersion: 'serving.knative.dev/v1',
      kind: 'Service',
      metadata: { name: 'posts', namespace: 'dormouse' },
    });
  });

  test('runs another image if asked', async () => {
    const [service] = documents(
      await renderFunction('posts', { overlay: 'lab', image: 'registry.example/posts:7' }),
    ) as ServiceManifest[];
    expect(service!.spec.template.spec.containers[0].image).toBe('registry.example/posts:7');
  });

  test('brings its account, settings, rights and senders, in an order in which they can be applied, and nothing of others', async () => {
    const all = async (name: string) => named(documents(await renderFunction(name, { overlay: 'lab', all: true })));
    expect((await all('posts')).toSorted()).toEqual([
      'ConfigMap platform-HASH',
      'Service posts',
      'ServiceAccount posts',
      'Trigger posts-category-events',
      'Trigger posts-user-events',
    ]);
    expect(await all('relay')).toContain('PingSource relay-tick');
    const journal = await all('journal');
    expect(journal).toEqual(
      expect.arrayContaining([
        'Role journal',
        'RoleBinding journal',
        'Trigger journal-archive',
        'Trigger journal-batches',
      ]),
    );
    expect(journal.indexOf('ServiceAccount journal')).toBeLessThan(journal.indexOf('Service journal'));
    expect(journal.indexOf('Service journal')).toBeLessThan(journal.indexOf('Trigger journal-archive'));
  });

  test('that does not exist is rejected with those that do', async () => {
    await expect(renderFunction('nobody', { overlay: 'lab' })).rejects.toThrow(/no function nobody; there are .*posts/);
    await expect(renderFunction('migrate', { overlay: 'lab' })).rejects.toThrow('no function migrate');
    await expect(renderFunction('posts', { overlay: 'nowhere' })).rejects.toThrow(
      /no overlay nowhere; there are .*lab/,
    );
  });
});

test('from the command line goes to standard output alone, and what is wrong to the other', () => {
  const run = (...args: string[]) =>
    execFileSync(process.execPath, [join(import.meta.dirname, '../../cli/dormouse.mjs'), 'render', ...args], {
      encoding: 'utf8',
      stdio: 'pipe',
    });
  expect(documents(run('web', '--overlay', 'lab'))).toHaveLength(1);
  expect(() => run('nobody', '--overlay', 'lab')).toThrow('dormouse render: there is no function nobody');
  expect(() => run('web')).toThrow('--overlay is missing');
});

for (const overlay of overlays)
  test(
    `overlay ${overlay} says nothing of traffic: that is for who deploys, and applying it again would take it back`,
    byKubectlAlone(overlay) ? needs('kubectl') : {},
    async () => {
      const all = await renderOverlay(overlay);
      expect(functions(all)).toContain('posts');
      for (const name of functions(all)) expect(manifestsOf(name, all).service).not.toHaveProperty('spec.traffic');
    },
  );

test.each(readable)(
  'with and without kubectl a function of overlay %s is the same',
  needs('kubectl'),
  async (overlay) => {
    const [byKubectl, byReader] = await Promise.all([true, false].map((by) => renderOverlay(overlay, by)));
    for (const name of functions(byReader!))
      expect(manifestsOf(name, byReader!).service).toEqual(manifestsOf(name, byKubectl!).service);
  },
);

describe('addresses of stores', needs('kubectl'), () => {
  test.each(['production', 'staging'])('of %s are an example, which nothing is deployed with', async (overlay) => {
    const manifests = await renderOverlay(overlay);
    expect(() => demandOwnAddresses(overlay, manifests)).toThrow(
      `is an example: put your own address into the overlay's stores (knative/overlays/${overlay}/stores)`,
    );
  });

  test('of an overlay without any are no obstacle', async () => {
    const manifests = await renderOverlay('lab');
    expect(() => demandOwnAddresses('lab', manifests)).not.toThrow();
  });
});
