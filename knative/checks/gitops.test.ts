import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { needs } from '@dormouse/tests/needs';
import { beforeAll, describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { kustomize } from './kubectl.ts';
import { all, kindOf, type Manifest, nameOf, namespaceOf } from './manifest.ts';
import { checkSchema } from './schema.ts';

const knative = join(import.meta.dirname, '..');
const environments = ['kind', 'kind-data', 'lab', 'staging', 'production'];
/** Those whose parts are rendered, and whether stores are in the cluster: the others differ in nothing that matters here. */
const inParts = [
  ['kind', true],
  ['production', false],
] as const;
const waveOf = ({ metadata }: Manifest) => Number(metadata.annotations?.['argocd.argoproj.io/sync-wave'] ?? 0);
const { data: source } = parse(readFileSync(join(knative, 'gitops/applications/source.yaml'), 'utf8')) as {
  data: { repository: string; revision: string };
};

interface Application {
  project: string;
  source: { repoURL: string; targetRevision: string; path: string };
  destination: { server: string; namespace: string };
  syncPolicy: { automated: object; syncOptions: string[] };
}
interface Project {
  sourceRepos: string[];
  destinations: { server: string; namespace: string }[];
  clusterResourceWhitelist: { group: string; kind: string }[];
  namespaceResourceWhitelist: { group: string; kind: string }[];
}

describe.each(environments)('the Applications of %s', needs('kubectl'), (name) => {
  const parts = ['foundation', 'data', 'functions'].filter((part) => existsSync(join(knative, 'gitops', name, part)));
  let root: Manifest[];
  beforeAll(async () => {
    root = await kustomize(join(knative, 'gitops', name));
  });
  const applications = () => all<Application>(root, 'Application.argoproj.io');
  const project = () => all<Project>(root, 'AppProject.argoproj.io')[0]!;

  test('are what Argo CD takes', async () => {
    expect((await Promise.all(root.map(checkSchema))).flat()).toEqual([]);
  });

  test('come one after the other, from one place, and heal themselves', () => {
    const inOrder = applications().sort((one, other) => waveOf(one) - waveOf(other));
    expect(inOrder.map(({ spec }) => spec.source)).toEqual(
      parts.map((part) => ({
        repoURL: source.repository,
        targetRevision: source.revision,
        path: `knative/gitops/${name}/${part}`,
      })),
    );
    expect(new Set(inOrder.map(waveOf)).size).toBe(parts.length);
    expect(waveOf(project())).toBeLessThan(waveOf(inOrder[0]!));
    for (const { spec } of inOrder) {
      expect(spec.project).toBe('dormouse-blog');
      expect(spec.syncPolicy.automated).toEqual({ prune: true, selfHeal: true, allowEmpty: false });
    }
  });

  test('have the stores among them where the overlay has them', () => {
    const overlay = readFileSync(join(knative, 'overlays', name, 'kustomization.yaml'), 'utf8');
    expect(parts.includes('data')).toBe(overlay.includes('components/postgres'));
    for (const part of parts)
      expect(parse(readFileSync(join(knative, 'gitops', name, part, 'kustomization.yaml'), 'utf8'))).toMatchObject({
        resources: [`../../../overlays/${name}`],
        components: [`../../parts/${part}`],
      });
  });
});

describe.each(inParts)('the parts of %s', needs('kubectl'), (name, hasStores) => {
  const parts = ['foundation', ...(hasStores ? ['data'] : []), 'functions'];
  let overlay: Manifest[];
  let rendered: Manifest[][];
  let project: Project;
  beforeAll(async () => {
    const [found] = all<Project>(await kustomize(join(knative, 'gitops', name)), 'AppProject.argoproj.io');
    project = found!.spec;
    overlay = await kustomize(join(knative, 'overlays', name));
    rendered = [];
    for (const part of parts) rendered.push(await kustomize(join(knative, 'gitops', name, part)));
  });

  test('are together what the overlay is: each object once', () => {
    const divided = rendered.flat().map(nameOf);
    expect(divided.sort()).toEqual(overlay.map(nameOf).sort());
    const without = ({ metadata: { annotations, ...metadata }, ...rest }: Manifest) => {
      const { 'argocd.argoproj.io/sync-wave': _, ...others } = annotations ?? {};
      return { ...rest, metadata: { ...metadata, annotations: others } };
    };
    const byName = (manifests: readonly Manifest[]) => new Map(manifests.map((each) => [nameOf(each), without(each)]));
    expect(byName(rendered.flat())).toEqual(byName(overlay));
  });

  test('are admitted by their project, which admits nothing that they do not have', () => {
    const { sourceRepos, destinations, clusterResourceWhitelist, namespaceResourceWhitelist } = project;
    expect(sourceRepos).toEqual([source.repository]);
    const allowed = [...clusterResourceWhitelist, ...namespaceResourceWhitelist].map(
      ({ group, kind }) => `${kind}.${group}`,
    );
    const namespaces = destinations.map(({ namespace }) => namespace);
    for (const each of overlay) {
      expect(allowed).toContain(kindOf(each).includes('.') ? kindOf(each) : `${each.kind}.`);
      expect(namespaces).toContain(namespaceOf(each) || 'dormouse');
    }
    expect([...new Set(overlay.map((each) => namespaceOf(each) || 'dormouse'))].sort()).toEqual(namespaces.sort());
    for (const kind of [
      'Secret.',
      'Pod.',
      'ClusterRole.rbac.authorization.k8s.io',
      'CustomResourceDefinition.apiextensions.k8s.io',
    ])
      expect(allowed).not.toContain(kind);
  });

  test('have before the migration what its Pod needs', () => {
    const functions = rendered.at(-1)!;
    const before = rendered.slice(0, -1).flat().map(nameOf);
    const job = functions.find(({ kind }) => kind === 'Job')!;
    expect(job.metadata.annotations).toMatchObject({ 'argocd.argoproj.io/hook': 'PreSync' });
    expect(before).toContain('ServiceAccount dormouse/migrate');
    expect(functions.filter(({ kind }) => kind === 'ServiceAccount' || kind === 'ExternalSecret')).toEqual([]);
    if (hasStores) expect(before).toContain('Deployment.apps dormouse/postgres');
  });

  test('bring functions, then the Broker, whose dead-letter sink is one of them, then what leads to them', () => {
    const functions = rendered.at(-1)!;
    const waves = (kind: string) => [...new Set(all(functions, kind).map(waveOf))];
    const order = [
      'ConfigMap',
      'Service.serving.knative.dev',
      'Broker.eventing.knative.dev',
      'Trigger.eventing.knative.dev',
      'PingSource.sources.knative.dev',
      'VirtualService.networking.istio.io',
    ].map(waves);
    expect(order).toEqual([[0], [0], [1], [2], [2], [2]]);
  });
});

test('the project `default` may do nothing', () => {
  const { spec } = parse(readFileSync(join(knative, 'gitops/argo-cd/project.yaml'), 'utf8')) as { spec: Project };
  expect(spec).toMatchObject({ sourceRepos: [], destinations: [] });
});
