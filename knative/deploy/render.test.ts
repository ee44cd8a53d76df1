import { execFileSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { byKubectlAlone } from '../local/kustomization.fixture.ts';
import { manifestsOf, type ServiceManifest } from './function-manifests.ts';
import { has, type Manifest, renderOverlay } from './overlay.ts';
import { renderFunction } from './render.ts';

const overlays = readdirSync(join(import.meta.dirname, '../overlays'));
const readable = overlays.filter((overlay) => !byKubectlAlone(overlay));
const documents = (text: string) => parseAllDocuments(text).map((document) => document.toJS() as Manifest);
const named = (manifests: readonly Manifest[]) => manifests.map(({ kind, metadata }) => `${kind} ${metadata.name.replace(/-[a-z0-9]{10}$/, '-HASH')}`);
const functions = (all: readonly Manifest[]) =>
  all.filter(({ apiVersion, kind }) => kind === 'Service' && apiVersion.startsWith('serving.')).map(({ metadata }) => metadata.name);

describe('one function of an overlay', () => {
  test('is one document: kn reads no further', () => {
    const [service, another] = documents(renderFunction('posts', { overlay: 'lab' }));
    expect(another).toBeUndefined();
    expect(service).toMatchObject({ apiVersion: 'serving.knative.dev/v1', kind: 'Service', metadata: { name: 'posts', namespace: 'dormouse' } });
  });

  test('runs another image if asked', () => {
    const [service] = documents(renderFunction('posts', { overlay: 'lab', image: 'registry.example/posts:7' })) as ServiceManifest[];
    expect(service!.spec.template.spec.containers[0].image).toBe('registry.example/posts:7');
  });

  test('brings its account, settings, rights and senders, in an order in which they can be applied, and nothing of others', () => {
    const all = (name: string) => named(documents(renderFunction(name, { overlay: 'lab', all: true })));
    expect(all('posts').toSorted()).toEqual(['ConfigMap platform-HASH', 'Service posts', 'ServiceAccount posts', 'Trigger posts-category-events']);
    expect(all('relay')).toContain('PingSource relay-tick');
    const journal = all('journal');
    expect(journal).toEqual(expect.arrayContaining(['Role journal', 'RoleBinding journal', 'Trigger journal-archive', 'Trigger journal-batches']));
    expect(journal.indexOf('ServiceAccount journal')).toBeLessThan(journal.indexOf('Service journal'));
    expect(journal.indexOf('Service journal')).toBeLessThan(journal.indexOf('Trigger journal-archive'));
  });

  test('that does not exist is refused with those that do', () => {
    expect(() => renderFunction('nobody', { overlay: 'lab' })).toThrow(/no function nobody; there are .*posts/);
    expect(() => renderFunction('migrate', { overlay: 'lab' })).toThrow('no function migrate');
    expect(() => renderFunction('posts', { overlay: 'nowhere' })).toThrow(/no overlay nowhere; there are .*lab/);
  });
});

test('from the command line goes to standard output alone, and what is wrong to the other', () => {
  const run = (...args: string[]) => execFileSync(process.execPath, [join(import.meta.dirname, 'render.ts'), ...args], { encoding: 'utf8', stdio: 'pipe' });
  expect(documents(run('web', '--overlay', 'lab'))).toHaveLength(1);
  expect(() => run('nobody', '--overlay', 'lab')).toThrow('render: there is no function nobody');
  expect(() => run('web')).toThrow('needs one function and --overlay NAME');
});

test.each(has('kubectl') ? overlays : readable)(
  'overlay %s says nothing of traffic: that is for who deploys, and applying it again would take it back',
  (overlay) => {
    const all = renderOverlay(overlay);
    expect(functions(all)).toContain('posts');
    for (const name of functions(all)) expect(manifestsOf(name, all).service).not.toHaveProperty('spec.traffic');
  },
);

if (has('kubectl'))
  test.each(readable)('with and without kubectl a function of overlay %s is the same', (overlay) => {
    const [byKubectl, byReader] = [true, false].map((by) => renderOverlay(overlay, by));
    for (const name of functions(byReader!)) expect(manifestsOf(name, byReader!).service).toEqual(manifestsOf(name, byKubectl!).service);
  });
else console.warn('kubectl is not on the PATH: the two ways to render are not compared');
