import { execFileSync, spawnSync } from 'node:child_process';
import { globSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { basename, dirname, join, relative } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { parseAllDocuments } from 'yaml';

const project = join(import.meta.dirname, '..');
const overlays = globSync('knative/{base,overlays/*}/kustomization.yaml', { cwd: project }).map(dirname).sort();
const components = globSync('knative/components/*/kustomization.yaml', { cwd: project }).map(dirname).sort();
const hasKubectl = spawnSync('kubectl', ['version', '--client']).status === 0;

interface Manifest {
  apiVersion: string;
  kind: string;
  metadata: { name: string; namespace?: string; labels?: Record<string, string> };
  spec?: { template?: { spec?: Pod; metadata?: { labels?: Record<string, string> } }; selector?: Record<string, string> };
}
interface Pod {
  serviceAccountName?: string;
  containers: { image: string; envFrom?: { secretRef?: { name: string }; configMapRef?: { name: string } }[] }[];
}

function kustomize(folder: string): Manifest[] {
  const text = execFileSync('kubectl', ['kustomize', folder], { encoding: 'utf8', maxBuffer: 1 << 26 });
  return parseAllDocuments(text).map((document) => document.toJS() as Manifest);
}

const nameOf = ({ kind, metadata }: Manifest) => `${kind} ${metadata.namespace ?? '-'}/${metadata.name}`;

/** None, each, every two, and all of them: what two get along with, more do. */
const choicesOf = <T>(all: readonly T[]): T[][] => [
  [],
  ...all.map((one) => [one]),
  ...all.flatMap((one, index) => all.slice(index + 1).map((other) => [one, other])),
  ...(all.length > 2 ? [[...all]] : []),
];

/** What must hold of everything that is applied to a cluster. */
function check(manifests: readonly Manifest[]): void {
  const names = manifests.map((each) => `${each.apiVersion} ${nameOf(each)}`);
  expect(names.filter((name, index) => names.indexOf(name) !== index)).toEqual([]);
  expect(manifests.filter(({ kind, metadata }) => kind !== 'Namespace' && metadata.namespace !== 'dormouse').map(nameOf)).toEqual([]);
  expect(manifests.filter(({ kind }) => kind === 'Secret').map(nameOf)).toEqual([]);
  const has = (kind: string, name: string) => manifests.some((each) => each.kind === kind && each.metadata.name === name);
  for (const { spec } of manifests) {
    const pod = spec?.template?.spec;
    if (!pod?.containers) continue;
    if (pod.serviceAccountName) expect(has('ServiceAccount', pod.serviceAccountName), pod.serviceAccountName).toBe(true);
    for (const { image, envFrom = [] } of pod.containers) {
      expect(image).toMatch(/:[^/]+$/);
      expect(image).not.toMatch(/:latest$/);
      for (const { configMapRef } of envFrom) if (configMapRef) expect(has('ConfigMap', configMapRef.name), configMapRef.name).toBe(true);
    }
  }
}

/** Every Service of Kubernetes' own finds the Pods of a Deployment. */
function checkSelectors(manifests: readonly Manifest[]): void {
  const pods = manifests.flatMap(({ kind, spec }) => (kind === 'Deployment' ? [spec?.template?.metadata?.labels ?? {}] : []));
  for (const { apiVersion, kind, metadata, spec } of manifests) {
    if (apiVersion !== 'v1' || kind !== 'Service') continue;
    const wanted = Object.entries(spec?.selector ?? {});
    expect(wanted.length, metadata.name).toBeGreaterThan(0);
    expect(
      pods.some((labels) => wanted.every(([key, value]) => labels[key] === value)),
      metadata.name,
    ).toBe(true);
  }
}

test('there are overlays and components to look at', () => {
  expect(overlays).toEqual(expect.arrayContaining(['knative/base', 'knative/overlays/lab', 'knative/overlays/local']));
  expect(components.map((each) => basename(each))).toEqual(expect.arrayContaining(['postgres', 'redis']));
});

if (hasKubectl)
  describe('rendered by kubectl', () => {
    let work: string;
    let base: Manifest[];
    beforeAll(() => {
      base = kustomize(join(project, 'knative/base'));
      mkdirSync(join(project, '.dormouse'), { recursive: true });
      work = mkdtempSync(join(project, '.dormouse/render-'));
    });
    afterAll(() => rmSync(work, { recursive: true }));

    test.each(overlays)('%s has what it refers to, all in one namespace and no Secret', (folder) => {
      const manifests = kustomize(join(project, folder));
      check(manifests);
      checkSelectors(manifests);
    });

    test.each(choicesOf(components).map((chosen) => ({ chosen, names: chosen.map((each) => basename(each)).join(', ') || 'no component' })))(
      'so has the base with $names',
      ({ chosen }) => {
        const folder = mkdtempSync(join(work, 'overlay-'));
        const path = (to: string) => relative(folder, join(project, to));
        writeFileSync(
          join(folder, 'kustomization.yaml'),
          JSON.stringify({ namespace: 'dormouse', resources: [path('knative/base')], components: chosen.map(path) }),
        );
        const manifests = kustomize(folder);
        check(manifests);
        checkSelectors(manifests);
        expect(manifests.length).toBeGreaterThanOrEqual(base.length);
        for (const each of chosen) expect(manifests, basename(each)).not.toEqual(base);
      },
    );
  });
else console.warn('kubectl is not on the PATH: overlays and components are not rendered with it');
