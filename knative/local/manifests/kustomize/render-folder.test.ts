import { needs } from '@dormouse/tests/needs';
import { describe, expect, test } from 'vitest';
import { configMap, type Files, folderOf, objectsOf } from './kustomization.fixture.ts';
import { renderFolder } from './render-folder.ts';

const shop = `apiVersion: serving.knative.dev/v1
kind: Service
metadata:
  name: shop
  annotations: { team: blue }
spec:
  template:
    spec:
      containers:
        - image: shop
          env: [{ name: A, value: b }]
`;
const patch = `apiVersion: serving.knative.dev/v1
kind: Service
metadata: { name: shop }
spec: { template: { spec: { timeoutSeconds: 20 } } }
`;
const base = (more: Files = {}): Files => ({
  'base/kustomization.yaml': 'resources: [shop.yaml]\nconfigMapGenerator:\n  - name: settings\n    literals: [A=b]\n',
  'base/shop.yaml': `# two objects\n${JSON.stringify(configMap('other'))}\n---\n${shop}`,
  ...more,
});
const overlay = (text: string) => base({ 'over/kustomization.yaml': text, 'over/patch.yaml': patch });

describe('a kustomization', () => {
  test('is rendered here where it can be', () => {
    const { rendered, note } = renderFolder(`${folderOf(base())}/base`, new Set(), 'no-such-kubectl');
    expect(rendered).toHaveLength(3);
    expect(note).toBeUndefined();
  });

  test.each([
    ['a strategic-merge patch', 'resources: [../base]\npatches:\n  - path: patch.yaml\n', 3],
    [
      'a strategic-merge patch',
      `resources: [../base]\npatches:\n  - target: {kind: Service}\n    path: patch.yaml\n`,
      3,
    ],
    ['namePrefix', 'resources: [../base]\nnamePrefix: my-\n', 2],
    ['bases', 'bases: [../base]\n', 1],
    ['options of a configMapGenerator', 'configMapGenerator:\n  - name: a\n    options: {immutable: true}\n', 3],
  ])('with %s needs kubectl, and says the way without one', (what, text, line) => {
    const folder = folderOf(overlay(text));
    expect(() => renderFolder(`${folder}/over`, new Set(), 'no-such-kubectl')).toThrow(
      `/over/kustomization.yaml:${line}: ${what} is rendered by kubectl, which is not on the PATH; elsewhere, write it to one file`,
    );
  });

  test.each([
    ['https://github.com/knative/docs//code-samples?ref=main', 'resources'],
    ['github.com/knative/docs/code-samples', 'bases'],
    ['git@github.com:knative/docs', 'components'],
  ])('does not fetch %s', (path, key) => {
    const folder = folderOf(overlay(`namePrefix: a-\n${key}: ["${path}"]\n`));
    expect(() => renderFolder(`${folder}/over`)).toThrow(`:2: ${path}: manifests are not fetched from elsewhere`);
  });

  test('does not fetch charts', () => {
    const folder = folderOf(overlay('helmCharts: [{name: a, repo: "https://a.example"}]\n'));
    expect(() => renderFolder(`${folder}/over`)).toThrow(':1: helmCharts is not rendered: charts are fetched');
  });
});

describe('what only kustomize knows', needs('kubectl'), () => {
  const whole = `resources: [../base]
namePrefix: my-
commonLabels: { app: shop }
patches:
  - path: patch.yaml
replacements:
  - source: { kind: ConfigMap, name: other, fieldPath: metadata.name }
    targets: [{ select: { kind: Service }, fieldPaths: [spec.template.spec.containers.0.env.0.value] }]
`;
  test('is rendered by kubectl, with the lines of the files that objects come from', () => {
    const folder = folderOf(overlay(whole));
    const files = new Set<string>();
    const { rendered, note } = renderFolder(`${folder}/over`, files);
    expect(note).toMatch(/over: rendered by kubectl kustomize \(.*over\/kustomization.yaml:3: commonLabels\)$/);
    const [service, settings] = ['Service', 'ConfigMap'].map(
      (kind) => rendered.find(({ manifest }) => manifest.kind === kind && manifest.metadata.name !== 'my-other')!,
    );
    expect(service!.manifest).toMatchObject({
      metadata: { name: 'my-shop', annotations: { team: 'blue' }, labels: { app: 'shop' } },
      spec: { template: { spec: { timeoutSeconds: 20, containers: [{ env: [{ name: 'A', value: 'my-other' }] }] } } },
    });
    expect(service!.origin).toMatchObject({ file: expect.stringMatching(/base\/shop.yaml$/) });
    expect(service!.at(['spec', 'template', 'spec', 'containers', 0, 'env', 0, 'value']).line).toBe(
      `# two objects\n${JSON.stringify(configMap('other'))}\n---\n${shop}`
        .split('\n')
        .findIndex((line) => line.includes('env:')) + 1,
    );
    expect(settings!.manifest.metadata.name).toMatch(/^my-settings-/);
    expect(settings!.manifest.metadata.annotations).toBeUndefined();
    expect(settings!.origin).toMatchObject({ file: expect.stringMatching(/base\/kustomization.yaml$/), line: 1 });
    expect([...files].map((file) => file.slice(folder.length)).sort()).toEqual([
      '/base/kustomization.yaml',
      '/base/shop.yaml',
      '/over/kustomization.yaml',
      '/over/patch.yaml',
    ]);
    expect(Object.keys(objectsOf(rendered))).toHaveLength(3);
  });

  test('stops with the words of kustomize where it cannot', () => {
    const folder = folderOf(overlay('resources: [../base]\npatches:\n  - path: none.yaml\n'));
    expect(() => renderFolder(`${folder}/over`)).toThrow(/over\/kustomization.yaml:3: kubectl kustomize: .*none.yaml/);
  });
});
