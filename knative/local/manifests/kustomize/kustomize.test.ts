import { join } from 'node:path';
import { needs } from '@dormouse/tests/needs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { configMap, type Files, folderOf, objectsOf, renderedByKubectl, service } from './kustomization.fixture.ts';
import { render } from './kustomize.ts';

const project = join(import.meta.dirname, '../../../..');
const job = { apiVersion: 'batch/v1', kind: 'Job', metadata: { name: 'job' } };
const container = { name: 'c', image: 'registry.example:5000/team/tool:1@sha256:abc' };
const references = `
nameReference:
  - kind: ConfigMap
    version: v1
    fieldSpecs:
      - {path: spec/template/spec/containers/envFrom/configMapRef/name, group: serving.knative.dev, kind: Service}
  - kind: Secret
    version: v1
    fieldSpecs:
      - {path: spec/template/spec/containers/envFrom/secretRef/name, group: serving.knative.dev, kind: Service}
`;
const fromSettings = { envFrom: [{ configMapRef: { name: 'settings' } }, { secretRef: { name: 'keys' } }] };

/** Kustomizations of every operation; each is also given to kubectl where there is one. */
const cases: Record<string, Files> = {
  'a file of several documents, some of them empty': {
    'kustomization.yaml': 'resources: [all.yaml]',
    'all.yaml': `---\n${JSON.stringify(configMap('a', { mode: '0400' }))}\n---\n# nothing\n---\n${JSON.stringify(configMap('b'))}\n`,
  },
  'a List, as kubectl writes several objects': {
    'kustomization.yaml': 'resources: [list.yaml]',
    'list.yaml': { apiVersion: 'v1', kind: 'List', items: [configMap('a'), service('b')] },
  },
  'anchors, merge keys, octal numbers and long texts': {
    'kustomization.yaml': 'resources: [job.yaml]',
    'job.yaml': `
apiVersion: batch/v1
kind: Job
metadata: {name: job}
spec:
  template:
    spec:
      common: &common {image: one, env: &env [{name: A, value: "0400"}]}
      containers:
        - <<: *common
          name: first
          image: two
        - name: second
          env: *env
          command: [sh, -c, "echo 1"]
          script: |
            line one
              line two
          folded: >-
            two
            words
      volumes: [{name: v, secret: {secretName: s, defaultMode: 0400}}]
`,
  },
  'a namespace for everything that can have one, and for subjects called default': {
    'kustomization.yaml': 'namespace: here\nresources: [all.yaml]',
    'all.yaml': [
      { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'there' } },
      { apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'ClusterRole', metadata: { name: 'r' } },
      { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: 'robot' } },
      {
        apiVersion: 'rbac.authorization.k8s.io/v1',
        kind: 'RoleBinding',
        metadata: { name: 'b', namespace: 'old' },
        roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'r' },
        subjects: [
          { kind: 'ServiceAccount', name: 'default' },
          { kind: 'ServiceAccount', name: 'robot' },
          { kind: 'ServiceAccount', name: 'stranger', namespace: 'elsewhere' },
        ],
      },
      service('s'),
    ]
      .map((each) => JSON.stringify(each))
      .join('\n---\n'),
  },
  'a ConfigMap of literals, files and an environment file, whose new name its users follow': {
    'kustomization.yaml': `
resources: [s.yaml, job.yaml]
configurations: [references.yaml]
configMapGenerator:
  - name: settings
    literals: [Z=26, a=1, "b='x=y'", 'c="<&>"', "empty="]
    files: [note.txt, other=note.txt, picture.bin]
    envs: [settings.env]
secretGenerator:
  - name: keys
    type: example.dev/keys
    literals: [short=s]
    files: [long=note.txt]
`,
    'references.yaml': references,
    'note.txt': `${'a long line that is wrapped in base64 '.repeat(5)}\n\tünï\u2028cödé\n`,
    'picture.bin': Buffer.from([0xff, 0xd8, 0, 1, 2]),
    'settings.env': '\uFEFF# comment\n\n  INDENTED=yes=no \nBARE\n',
    's.yaml': service('s', fromSettings),
    'job.yaml': {
      ...job,
      spec: {
        template: {
          spec: {
            containers: [{ ...container, ...fromSettings }],
            volumes: [{ name: 'v', configMap: { name: 'settings' } }],
          },
        },
      },
    },
  },
  'generators without a hash and with a namespace': {
    'kustomization.yaml': `
configMapGenerator:
  - {name: plain, literals: [a=1], options: {disableNameSuffixHash: true}}
  - {name: plain, namespace: other, literals: [a=1]}
secretGenerator:
  - {name: empty}
`,
  },
  'an overlay that merges into a ConfigMap of its base and replaces a Secret': {
    'kustomization.yaml': `
resources: [base]
configMapGenerator:
  - {name: settings, behavior: merge, literals: [b=3, c=4]}
secretGenerator:
  - {name: keys, behavior: replace, literals: [only=this]}
`,
    'base/kustomization.yaml': `
namespace: here
resources: [s.yaml]
configurations: [references.yaml]
configMapGenerator: [{name: settings, literals: [a=1, b=2]}]
secretGenerator: [{name: keys, literals: [old=1]}]
labels: [{pairs: {team: blue}}]
`,
    'base/references.yaml': references,
    'base/s.yaml': service('s', fromSettings),
  },
  'components that see what their user gathered, and bring their own': {
    'kustomization.yaml': 'resources: [s.yaml]\ncomponents: [one, two]\nnamespace: last',
    's.yaml': service('s'),
    'one/kustomization.yaml': `
apiVersion: kustomize.config.k8s.io/v1alpha1
kind: Component
resources: [extra.yaml]
patches:
  - target: {kind: Service}
    patch: |-
      - op: add
        path: /spec/template/spec/timeoutSeconds
        value: 5
`,
    'one/extra.yaml': configMap('extra'),
    'two/kustomization.yaml':
      'apiVersion: kustomize.config.k8s.io/v1alpha1\nkind: Component\nlabels: [{pairs: {from: two}}]',
  },
  'every operation of JSON Patch, inline and from a file': {
    'kustomization.yaml': `
resources: [s.yaml, m.yaml]
patches:
  - path: patch.yaml
    target: {group: serving.knative.dev, version: v1, kind: Service, name: "s.*"}
  - target: {kind: ConfigMap, labelSelector: "a=b,c in (d, e),!f,g!=h"}
    patch: '[{"op": "replace", "path": "/data/x~1y", "value": "slash"}, {"op": "add", "path": "/data/m~0n", "value": "tilde"}]'
`,
    'patch.yaml': `
- {op: test, path: /kind, value: Service}
- {op: add, path: /metadata/annotations, value: {a: "1"}}
- {op: add, path: /spec/template/spec/containers/0/env, value: [{name: A, value: "1"}]}
- {op: add, path: /spec/template/spec/containers/0/env/0, value: {name: FIRST, value: "0"}}
- {op: add, path: /spec/template/spec/containers/0/env/-, value: {name: LAST, value: "2"}}
- {op: copy, from: /spec/template/spec/containers/0/env/1, path: /spec/template/spec/containers/0/env/-}
- {op: move, from: /spec/template/spec/containers/0/image, path: /spec/template/spec/containers/0/picture}
- {op: replace, path: /spec/template/spec/containers/0/env/2/value, value: {deep: [1, 2, {three: null}]}}
- {op: remove, path: /spec/template/spec/containers/0/env/0}
`,
    's.yaml': service('s1'),
    'm.yaml': { ...configMap('m', { 'x/y': 'old' }), metadata: { name: 'm', labels: { a: 'b', c: 'd' } } },
  },
  'a patch that renames, and one that finds its target by the first name': {
    'kustomization.yaml': `
resources: [base]
patches:
  - {target: {name: first, namespace: default}, patch: '[{"op": "add", "path": "/data/late", "value": "yes"}]'}
`,
    'base/kustomization.yaml': `
namespace: here
resources: [m.yaml, job.yaml]
patches:
  - {target: {kind: ConfigMap}, patch: '[{"op": "replace", "path": "/metadata/name", "value": "second"}]'}
`,
    'base/m.yaml': configMap('first', { a: 'b' }),
    'base/job.yaml': {
      ...job,
      spec: { template: { spec: { containers: [{ ...container, envFrom: [{ configMapRef: { name: 'first' } }] }] } } },
    },
  },
  'images by name, tag and digest, in Services, Jobs and Pods': {
    'kustomization.yaml': `
resources: [all.yaml]
images:
  - {name: dev.local/one, newTag: v2}
  - {name: dev.local/two, newName: ghcr.io/team/two}
  - {name: dev.local/three, digest: "sha256:abc"}
  - {name: "registry.example:5000/team/tool", newTag: "2"}
  - {name: bare, newName: "host:5000/bare", newTag: latest, digest: "sha256:def"}
`,
    'all.yaml': [
      service('one'),
      service('two'),
      service('three'),
      {
        ...job,
        spec: { template: { spec: { containers: [container], initContainers: [container, { image: 'bare' }] } } },
      },
      {
        apiVersion: 'v1',
        kind: 'Pod',
        metadata: { name: 'p' },
        spec: { containers: [{ image: 'dev.local/one@sha256:123' }, { image: 'dev.local/one-more:1' }] },
      },
    ]
      .map((each) => JSON.stringify(each))
      .join('\n---\n'),
  },
  "labels on objects, templates, selectors and fields of one's own": {
    'kustomization.yaml': `
resources: [all.yaml]
labels:
  - {pairs: {a: "1"}}
  - {pairs: {b: "2"}, includeTemplates: true}
  - {pairs: {c: "3"}, includeSelectors: true}
  - {pairs: {d: "4"}, fields: [{path: spec/template/metadata/labels, group: serving.knative.dev, kind: Service, create: true}]}
`,
    'all.yaml': [
      service('s'),
      { ...job, spec: { selector: { matchLabels: {} }, template: { metadata: { labels: { own: 'x' } }, spec: {} } } },
      { apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'd' }, spec: { template: {} } },
      {
        apiVersion: 'networking.k8s.io/v1',
        kind: 'NetworkPolicy',
        metadata: { name: 'n' },
        spec: { podSelector: { matchLabels: { x: 'y' } }, ingress: [{ from: [{ podSelector: { matchLabels: {} } }] }] },
      },
    ]
      .map((each) => JSON.stringify(each))
      .join('\n---\n'),
  },
  'objects that only tools are to see': {
    'kustomization.yaml': 'resources: [m.yaml, n.yaml]',
    'm.yaml': {
      ...configMap('m'),
      metadata: { name: 'm', annotations: { 'config.kubernetes.io/local-config': 'true' } },
    },
    'n.yaml': configMap('n'),
  },
};

describe('renders what kubectl renders', needs('kubectl'), () => {
  for (const folder of [
    'knative/base',
    'knative/overlays/local',
    'knative/overlays/kind',
    'tests/overlays/quick',
    'tests/overlays/stranger',
  ]) {
    test(folder, () => {
      expect(objectsOf(render(join(project, folder)))).toEqual(renderedByKubectl(join(project, folder)));
    });
  }
  for (const [name, files] of Object.entries(cases)) {
    test(name, () => {
      const folder = folderOf(files);
      expect(objectsOf(render(folder))).toEqual(renderedByKubectl(folder));
    });
  }
  test('whatever is combined', () => {
    fc.assert(
      fc.property(kustomizations, (files) => {
        const folder = folderOf(files);
        expect(objectsOf(render(folder))).toEqual(renderedByKubectl(folder));
      }),
      { numRuns: 25 },
    );
  }, 120_000);
});

const word = fc.stringMatching(/^[a-z][a-z0-9-]{0,8}[a-z0-9]$/);
const text = fc.string({ unit: 'grapheme', maxLength: 12 }).filter((value) => !/[\0\r\n\u0085]/.test(value));
const optional = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: undefined });
const literals = fc
  .dictionary(
    fc.stringMatching(/^[A-Za-z][-._A-Za-z0-9]{1,6}$/).filter((key) => !/^(yes|no|on|off|true|false|null)$/i.test(key)),
    text,
    { maxKeys: 4 },
  )
  .map((pairs) => Object.entries(pairs).map(([key, value]) => `${key}="${value}"`));

/** A base with one Service, ConfigMap and Secret, and an overlay over it, with any of the operations. */
const kustomizations = fc
  .record({
    name: word,
    namespace: optional(word),
    overNamespace: optional(word),
    settings: literals,
    secrets: literals,
    merged: optional(fc.tuple(fc.constantFrom('merge', 'replace'), literals)),
    labels: fc.dictionary(word, word, { maxKeys: 2 }),
    includeTemplates: fc.boolean(),
    newTag: optional(word),
    newName: optional(word),
    concurrency: optional(fc.nat(1000)),
    annotation: optional(text),
  })
  .map(
    ({
      name,
      namespace,
      overNamespace,
      settings,
      secrets,
      merged,
      labels,
      includeTemplates,
      newTag,
      newName,
      concurrency,
      annotation,
    }): Files => {
      const operations = [
        ...(concurrency === undefined
          ? []
          : [{ op: 'add', path: '/spec/template/spec/containerConcurrency', value: concurrency }]),
        ...(annotation === undefined
          ? []
          : [{ op: 'add', path: '/metadata/annotations', value: { 'a/b': annotation } }]),
      ];
      return {
        'base/s.json': service(name, fromSettings),
        'base/references.yaml': references,
        'base/kustomization.yaml': {
          resources: ['s.json'],
          configurations: ['references.yaml'],
          configMapGenerator: [{ name: 'settings', literals: settings }],
          secretGenerator: [{ name: 'keys', literals: secrets }],
          ...(namespace && { namespace }),
        },
        'kustomization.yaml': {
          resources: ['base'],
          ...(overNamespace && { namespace: overNamespace }),
          ...(merged && { configMapGenerator: [{ name: 'settings', behavior: merged[0], literals: merged[1] }] }),
          ...(Object.keys(labels).length > 0 && { labels: [{ pairs: labels, includeTemplates }] }),
          ...((newTag || newName) && {
            images: [{ name: `dev.local/${name}`, ...(newTag && { newTag }), ...(newName && { newName }) }],
          }),
          ...(operations.length > 0 && {
            patches: [{ target: { kind: 'Service', name }, patch: JSON.stringify(operations) }],
          }),
        },
      };
    },
  );

test('generated names end in a hash of their content, which their users follow', () => {
  const rendered = render(
    folderOf(cases['a ConfigMap of literals, files and an environment file, whose new name its users follow']!),
  );
  expect(rendered.map(({ manifest }) => `${manifest.kind} ${manifest.metadata.name}`).sort()).toEqual([
    'ConfigMap settings-ht54d6bbdf',
    'Job job',
    'Secret keys-5t85kg427k',
    'Service s',
  ]);
});

describe('every field keeps its source position', () => {
  const folder = folderOf({
    'kustomization.yaml':
      'namespace: here\nresources:\n  - s.yaml\npatches:\n  - target:\n      kind: Service\n    patch: |-\n      - op: add\n        path: /spec/template/spec/timeoutSeconds\n        value: 5\n  - path: more.yaml\n    target:\n      kind: Service\n',
    'more.yaml': '# first\n- op: add\n  path: /spec/template/spec/containers/0\n  value:\n    image: before\n',
    's.yaml':
      'apiVersion: serving.knative.dev/v1\nkind: Service\nmetadata:\n  name: s\nspec:\n  template:\n    spec:\n      containers:\n        - name: one\n          image: two\n',
  });
  const [rendered] = render(folder);
  test.each([
    ['the object', [], 's.yaml', 1],
    ['a field', ['spec', 'template', 'spec'], 's.yaml', 7],
    ['an item that a patch has moved', ['spec', 'template', 'spec', 'containers', 1, 'image'], 's.yaml', 10],
    ['the next known field', ['spec', 'template', 'unknown', 'field'], 's.yaml', 6],
    ['a field of an inline patch', ['spec', 'template', 'spec', 'timeoutSeconds'], 'kustomization.yaml', 10],
    ['an item of a patch file', ['spec', 'template', 'spec', 'containers', 0, 'image'], 'more.yaml', 5],
    ['a namespace that was set', ['metadata', 'namespace'], 'kustomization.yaml', 1],
  ])('%s', (_, path, file, line) => {
    expect(rendered!.at(path as (string | number)[])).toEqual({ file: join(folder, file as string), line });
  });
});

describe('says file and line of what is wrong', () => {
  const valid = 'resources:\n  - m.yaml\n';
  const patch = (operations: string, target = 'kind: ConfigMap') =>
    `${valid}patches:\n  - target:\n      ${target}\n    patch: |-\n${operations.replaceAll(/^/gm, '      ')}\n`;
  test.each<[string, string | Files, string]>([
    ['a field it does not know', `${valid}namePrefix: x-\n`, 'kustomization.yaml:3: namePrefix is not understood'],
    [
      'a slip of the hand',
      `${valid}imags: []\n`,
      'kustomization.yaml:3: imags is not understood: did you mean "images"?',
    ],
    ['YAML that is none', 'resources:\n  - m.yaml\n - n.yaml\n', 'kustomization.yaml:3: not valid YAML'],
    [
      'a key that occurs twice',
      'resources:\n  - m.yaml\nresources: []\n',
      'kustomization.yaml:3: not valid YAML: Map keys must be unique',
    ],
    [
      'a file that is missing',
      'resources:\n  - m.yaml\n  - gone.yaml\n',
      'kustomization.yaml:3: gone.yaml: no such file or folder',
    ],
    [
      'a file outside of its folder',
      { 'a/kustomization.yaml': 'resources:\n  - ../m.yaml\n', 'kustomization.yaml': 'resources:\n  - a\n' },
      'a/kustomization.yaml:2: ../m.yaml lies outside of',
    ],
    [
      'manifests from elsewhere',
      'resources:\n  - https://example.com/m.yaml\n',
      'kustomization.yaml:2: https://example.com/m.yaml: manifests are not fetched',
    ],
    [
      'a folder without kustomization',
      { 'kustomization.yaml': 'resources:\n  - a\n', 'a/m.yaml': '' },
      'kustomization.yaml:2: there is no kustomization.yaml in',
    ],
    [
      'a folder that leads back',
      { 'kustomization.yaml': 'resources:\n  - a\n', 'a/kustomization.yaml': 'resources:\n  - ..\n' },
      'a/kustomization.yaml:2: .. contains',
    ],
    ['an empty kustomization', '# nothing\n', 'kustomization.yaml:1: the kustomization is empty'],
    [
      'an object that is there already',
      { 'kustomization.yaml': 'resources: [m.yaml, n.yaml]\n', 'n.yaml': `# n\n${JSON.stringify(configMap('m'))}\n` },
      'n.yaml:2: ConfigMap m is there already, from',
    ],
    [
      'an object without a name',
      { 'kustomization.yaml': 'resources: [n.yaml]\n', 'n.yaml': 'apiVersion: v1\nkind: ConfigMap\n' },
      'n.yaml:1: ConfigMap needs "metadata.name"',
    ],
    [
      'an object without a kind',
      { 'kustomization.yaml': 'resources: [n.yaml]\n', 'n.yaml': '\nkimd: ConfigMap\napiVersion: v1\n' },
      'n.yaml:2: a manifest needs "kind"',
    ],
    [
      'a boolean that is meant as text',
      {
        'kustomization.yaml': 'resources: [n.yaml]\n',
        'n.yaml': 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: new}\ndata:\n  a: yes\n',
      },
      'n.yaml:5: quote "yes"',
    ],
    [
      'a patch for nobody',
      patch('- op: remove\n  path: /data', 'kind: Secret'),
      'kustomization.yaml:4: patches[0].target matches no object',
    ],
    [
      'a target that is no expression',
      patch('- op: remove\n  path: /data', 'kind: "("'),
      'kustomization.yaml:4: error parsing regexp',
    ],
    [
      'a label expression that is none',
      patch('- op: remove\n  path: /data', 'labelSelector: "a in b"'),
      'kustomization.yaml:4: "a in b" is not a label expression',
    ],
    [
      'a pointer that leads nowhere',
      patch('- op: add\n  path: /data/a\n  value: b\n- op: remove\n  path: /data/none'),
      'kustomization.yaml:10: remove /data/none: there is no /data/none in ConfigMap m (',
    ],
    [
      'a pointer through nothing',
      patch('- op: add\n  path: /spec/a\n  value: b'),
      'kustomization.yaml:7: add /spec/a: there is no /spec in ConfigMap m',
    ],
    [
      'a pointer without slash',
      patch('- op: remove\n  path: data'),
      'kustomization.yaml:7: "path" and "from" are JSON pointers',
    ],
    ['an operation without value', patch('- op: add\n  path: /data/a'), 'kustomization.yaml:7: "add" needs "value"'],
    ['an operation that is none', patch('- op: delete\n  path: /data'), 'kustomization.yaml:7: "op" is one of'],
    [
      'a test that fails',
      patch('- op: test\n  path: /kind\n  value: Secret'),
      'kustomization.yaml:7: test /kind: the value is another one',
    ],
    [
      'an index beyond the list',
      {
        'kustomization.yaml': patch(
          '- op: add\n  path: /spec/template/spec/containers/2\n  value: {}',
          'kind: Service',
        ).replace('m.yaml', 's.yaml'),
        's.yaml': service('s'),
      },
      'kustomization.yaml:7: add /spec/template/spec/containers/2: the list has 1 items',
    ],
    [
      'a strategic-merge patch',
      patch('kind: ConfigMap\ndata: {}'),
      'kustomization.yaml:7: a strategic-merge patch is not understood',
    ],
    [
      'a patch both inline and in a file',
      `${valid}patches:\n  - target: {kind: ConfigMap}\n    path: a\n    patch: b\n`,
      'kustomization.yaml:4: patches[0] needs either "patch" or "path"',
    ],
    [
      'a patch that takes the name away',
      patch('- op: remove\n  path: /metadata/name'),
      'ConfigMap needs "metadata.name"',
    ],
    [
      'an error in a patch file',
      {
        'kustomization.yaml': `${valid}patches:\n  - path: p.yaml\n    target: {kind: ConfigMap}\n`,
        'p.yaml': '- op: remove\n  path: /data\n- op: remove\n  path: /data\n',
      },
      'p.yaml:3: remove /data: there is no /data',
    ],
    [
      'a ConfigMap that is there already',
      `${valid}configMapGenerator:\n  - name: m\n`,
      'kustomization.yaml:4: configMapGenerator[0].behavior must be merge or replace: ConfigMap m is there already',
    ],
    [
      'a ConfigMap that is not there',
      `${valid}configMapGenerator:\n  - name: new\n    behavior: merge\n`,
      'kustomization.yaml:5: configMapGenerator[0].behavior is merge, but there is no ConfigMap new',
    ],
    [
      'a literal that is none',
      `${valid}configMapGenerator:\n  - name: new\n    literals:\n      - a=1\n      - b\n`,
      'kustomization.yaml:7: "b" is not key=value',
    ],
    [
      'a key that occurs twice in a ConfigMap',
      `${valid}configMapGenerator:\n  - name: new\n    literals:\n      - a=1\n      - a=2\n`,
      'kustomization.yaml:7: the key "a" occurs twice',
    ],
    [
      'a key that kubectl would take for a number',
      `${valid}configMapGenerator:\n  - name: new\n    literals:\n      - 10=1\n`,
      'kustomization.yaml:6: "10" cannot be a key',
    ],
    [
      'a key that can be none',
      `${valid}configMapGenerator:\n  - name: new\n    literals:\n      - a b=1\n`,
      'kustomization.yaml:6: "a b" cannot be a key',
    ],
    [
      'a variable that is none',
      {
        'kustomization.yaml': `${valid}configMapGenerator:\n  - name: new\n    envs: [n.env]\n`,
        'n.env': 'A=1\n1B=2\n',
      },
      'n.env:2: "1B" is not the name of a variable',
    ],
    [
      'options it does not know',
      `${valid}configMapGenerator:\n  - name: new\n    options:\n      immutable: true\n`,
      'kustomization.yaml:6: configMapGenerator[0].options.immutable is not understood',
    ],
    [
      'configurations of another sort',
      { 'kustomization.yaml': `${valid}configurations: [c.yaml]\n`, 'c.yaml': '# c\nnamePrefix: []\n' },
      'c.yaml:2: namePrefix is not understood',
    ],
    [
      'a component that is a kustomization',
      { 'kustomization.yaml': `${valid}components:\n  - a\n`, 'a/kustomization.yaml': 'namespace: here\n' },
      'a/kustomization.yaml:1: kind must be Component',
    ],
    [
      'two objects that become one',
      {
        'kustomization.yaml': 'namespace: here\nresources: [m.yaml, n.yaml]\n',
        'n.yaml': { ...configMap('m'), metadata: { name: 'm', namespace: 'other' } },
      },
      'kustomization.yaml:1: ConfigMap m (',
    ],
    ['text where a list belongs', 'resources: m.yaml\n', 'kustomization.yaml:1: resources must be a list'],
  ])('%s', (_, files, message) => {
    const folder = folderOf({
      'm.yaml': configMap('m'),
      ...(typeof files === 'string' ? { 'kustomization.yaml': files } : files),
    });
    expect(() => render(folder)).toThrow(`${folder}/${message}`.replace(`${folder}/ConfigMap`, 'ConfigMap'));
  });
});

test('a manifest in flow style is one, and what cannot be read or is a list is reported', () => {
  const web = '{apiVersion: v1, kind: ConfigMap, metadata: {name: web}}';
  const render1 = (text: string) =>
    render(folderOf({ 'a.yaml': 'apiVersion: v1\nkind: ConfigMap\nmetadata: { name: a }\n', 'b.yaml': text }));
  const names = (text: string) => render1(text).map(({ manifest }) => manifest.metadata.name);
  expect(names(web)).toEqual(['a', 'web']);
  expect(names(`# about\n---\n${web}\n`)).toEqual(['a', 'web']);
  expect(names(`{"kind":"ConfigMap","apiVersion":"v1","metadata":{"name":"web"}}`)).toEqual(['a', 'web']);
  expect(() => render1('{apiVersion: v1, kind: [')).toThrow(/b\.yaml:\d/);
  expect(() => render1(`- ${web}`)).toThrow(/b\.yaml:1/);
  expect(names('services: { web: { image: "apiVersion" } }')).toEqual(['a']);
});

test('a folder without a kustomization is all its manifests', () => {
  const folder = folderOf({
    'b.yaml': configMap('b'),
    'a.yml': `---\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n---\n${JSON.stringify(configMap('c'))}\n`,
    'platform.yaml': 'images: {}',
    'compose.yaml': 'services: {}',
    'below/d.yaml': configMap('d'),
    'readme.md': 'apiVersion: none',
  });
  const files = new Set<string>();
  expect(render(folder, files).map(({ manifest }) => manifest.metadata.name)).toEqual(['a', 'c', 'b']);
  expect([...files]).toEqual([join(folder, 'a.yml'), join(folder, 'b.yaml')]);
  expect(() => render(join(folder, 'below/none'))).toThrow('there is no kustomization.yaml in');
  expect(() => render(folderOf({ 'x.txt': '' }))).toThrow('there is neither kustomization.yaml nor a manifest in');
});

test('lists every file that it read, those of bases, patches and generators included', () => {
  const folder = folderOf({
    'outer/kustomization.yaml':
      'resources: [../base]\npatches: [{path: patch.yaml, target: {kind: ConfigMap}}]\nconfigMapGenerator: [{name: made, files: [value.txt]}]',
    'outer/patch.yaml': '- {op: add, path: /data/b, value: two}',
    'outer/value.txt': 'x',
    'base/kustomization.yaml': 'resources: [a.yaml]',
    'base/a.yaml': configMap('a', { a: 'one' }),
  });
  const files = new Set<string>();
  render(join(folder, 'outer'), files);
  expect([...files].sort()).toEqual(
    ['base/a.yaml', 'base/kustomization.yaml', 'outer/kustomization.yaml', 'outer/patch.yaml', 'outer/value.txt'].map(
      (name) => join(folder, name),
    ),
  );
});
