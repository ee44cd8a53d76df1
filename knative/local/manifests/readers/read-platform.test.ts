import { writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { describe, expect, test } from 'vitest';
import { defaultAutoscaling } from '../autoscaling.fixture.ts';
import { configMap, folderOf, service } from '../kustomize/kustomization.fixture.ts';
import { render } from '../kustomize/kustomize.ts';
import type { Platform, Service } from '../model.ts';
import { readPlatform } from './read-platform.ts';

/** What is read of some manifests, each an object or the text of one. */
const read = (...manifests: (object | string)[]): Platform => {
  const names = manifests.map((_, index) => `m${index}.yaml`);
  const files = Object.fromEntries(manifests.map((manifest, index) => [names[index]!, manifest]));
  return readPlatform(render(folderOf({ 'kustomization.yaml': { resources: names }, ...files })));
};

const knative = (container: object = {}, pod: object = {}, annotations?: object) => ({
  ...service('s'),
  spec: {
    template: {
      ...(annotations && { metadata: { annotations } }),
      spec: { ...pod, containers: [{ image: 'dev.local/s', ...container }] },
    },
  },
});
const scaled = (annotations: Record<string, string>, pod: object = {}) =>
  read(
    knative(
      {},
      pod,
      Object.fromEntries(
        Object.entries(annotations).map(([name, value]) => [`autoscaling.knative.dev/${name}`, value]),
      ),
    ),
  ).services[0]!;
const broker = { apiVersion: 'eventing.knative.dev/v1', kind: 'Broker', metadata: { name: 'default' } };
const to = (name: string) => ({ ref: { apiVersion: 'serving.knative.dev/v1', kind: 'Service', name } });
const trigger = (spec: object = {}) => ({
  apiVersion: 'eventing.knative.dev/v1',
  kind: 'Trigger',
  metadata: { name: 't' },
  spec: { broker: 'default', subscriber: to('s'), ...spec },
});
const ping = (spec: object = {}) => ({
  apiVersion: 'sources.knative.dev/v1',
  kind: 'PingSource',
  metadata: { name: 'p' },
  spec: { schedule: '* * * * *', sink: to('s'), ...spec },
});
/** Knative's ConfigMap of features with some that are enabled. */
const enabling = (namespace: string, ...features: string[]) => ({
  ...configMap('config-features', Object.fromEntries(features.map((feature) => [feature, 'enabled']))),
  metadata: { name: 'config-features', namespace },
});
const gateway = {
  apiVersion: 'networking.istio.io/v1',
  kind: 'Gateway',
  metadata: { name: 'g' },
  spec: { servers: [{ port: { number: 80, name: 'http', protocol: 'HTTP' }, hosts: ['*'] }] },
};
const destination = { destination: { host: 'knative-local-gateway.istio-system.svc.cluster.local' } };
const toService = { route: [destination], rewrite: { authority: 's.default.svc.cluster.local' } };
const labels = { app: 'shadow' };
/** A Deployment with its Service of Kubernetes. */
const deployed = [
  {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'shadow' },
    spec: {
      selector: { matchLabels: labels },
      template: { metadata: { labels }, spec: { containers: [{ name: 's', image: 'a' }] } },
    },
  },
  {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name: 'shadow' },
    spec: { selector: labels, ports: [{ port: 80 }] },
  },
];
const virtual = (http: object[], spec: object = {}) => ({
  apiVersion: 'networking.istio.io/v1',
  kind: 'VirtualService',
  metadata: { name: 'v' },
  spec: { hosts: ['*'], gateways: ['g'], http, ...spec },
});

describe('a Service', () => {
  test('has the template it was given, in whatever order its keys are written', () => {
    const templateOf = (annotations: object) => read(knative({}, {}, annotations)).services[0]!.template;
    expect(templateOf({ 'example.org/b': '1', 'example.org/a': '2' })).toBe(
      templateOf({ 'example.org/a': '2', 'example.org/b': '1' }),
    );
    expect(templateOf({ 'example.org/a': '1' })).not.toBe(templateOf({ 'example.org/a': '2' }));
  });

  test("that says nothing has Knative's defaults", () => {
    expect(read(knative()).services[0]).toMatchObject<Partial<Service>>({
      name: 's',
      namespace: 'default',
      clusterLocal: false,
      containerConcurrency: 0,
      timeoutMs: 300_000,
      responseStartTimeoutMs: 300_000,
      readinessProbe: undefined,
      container: { image: 'dev.local/s', command: [], args: [], env: [], volumes: [] },
      autoscaling: defaultAutoscaling,
    });
  });

  test.each<[string, Record<string, string>, object, number]>([
    ['its hard limit', {}, { containerConcurrency: 10 }, 7],
    ['its target', { target: '20' }, {}, 14],
    ['the smaller of target and hard limit', { target: '20' }, { containerConcurrency: 10 }, 7],
    ['the utilisation it asks for', { 'target-utilization-percentage': '50' }, { containerConcurrency: 10 }, 5],
    ['requests per second', { metric: 'rps' }, {}, 140],
    ['never nothing', { target: '0.01' }, {}, 0.01],
  ])('aims at %s', (_, annotations, pod, target) => {
    expect(scaled(annotations, pod).autoscaling.target).toBeCloseTo(target, 9);
  });

  test("takes a cluster's defaults from config-autoscaler, unless it says otherwise", () => {
    const defaults = {
      ...configMap('config-autoscaler', { 'stable-window': '6s', 'max-scale': '3' }),
      metadata: { name: 'config-autoscaler', namespace: 'knative-serving' },
    };
    const [own, plain] = read(
      knative({}, {}, { 'autoscaling.knative.dev/window': '30s' }),
      { ...knative(), metadata: { name: 'plain' } },
      defaults,
    ).services;
    expect(own!.autoscaling).toMatchObject({ windowMs: 30_000, maxScale: 3 });
    expect(plain!.autoscaling).toMatchObject({ windowMs: 6000, maxScale: 3 });
  });

  test('has its environment in the order in which later wins', () => {
    const container = {
      env: [
        { name: 'A', value: '1' },
        { name: 'B', valueFrom: { secretKeyRef: { name: 'k', key: 'b' } } },
        { name: 'C', valueFrom: { configMapKeyRef: { name: 'c', key: 'd', optional: true } } },
      ],
      envFrom: [{ configMapRef: { name: 'c' } }, { prefix: 'P_', secretRef: { name: 'k', optional: true } }],
    };
    expect(read(knative(container), configMap('c')).services[0]!.container.env).toEqual([
      { kind: 'configMap', from: 'c', prefix: '', optional: false },
      { kind: 'secret', from: 'k', prefix: 'P_', optional: true },
      { kind: 'value', name: 'A', value: '1' },
      { kind: 'secretKey', name: 'B', from: 'k', key: 'b', optional: false },
      { kind: 'configMapKey', name: 'C', from: 'c', key: 'd', optional: true },
    ]);
  });

  test('is read as `kubectl get -o yaml` writes it', () => {
    const added = { creationTimestamp: null, generation: 2, resourceVersion: '7', uid: 'a-b', managedFields: [] };
    const { spec } = knative({ name: 'user-container', resources: {}, readinessProbe: { tcpSocket: { port: 0 } } });
    const got = {
      ...knative(),
      metadata: { name: 's', ...added, annotations: { 'serving.knative.dev/creator': 'me' } },
      spec: {
        template: { metadata: { creationTimestamp: null }, spec: { ...spec.template.spec, timeoutSeconds: 300 } },
        traffic: [{ latestRevision: true, percent: 100 }],
      },
      status: { conditions: [{ type: 'Ready', status: 'True' }], url: 'http://s.default.example.com' },
    };
    expect(read(got, { ...broker, metadata: { name: 'default', ...added }, status: {} }).services).toHaveLength(1);
  });

  test('may be probed by commands, by gRPC and at another port, and has time to start', () => {
    const [read1] = read(
      knative({
        ports: [{ containerPort: 9000 }],
        startupProbe: { exec: { command: ['cat', '/ready'] }, periodSeconds: 2, failureThreshold: 30 },
        readinessProbe: { grpc: { port: 9000, service: 'shop' }, successThreshold: 2 },
        livenessProbe: {
          httpGet: { path: '/live', port: 9100, httpHeaders: [{ name: 'X-A', value: 'b' }] },
          initialDelaySeconds: 5,
        },
      }),
    ).services;
    const usual = { path: undefined, periodMs: 10_000, timeoutMs: 1_000, failureThreshold: 3, initialDelayMs: 0 };
    expect(read1).toMatchObject({
      startupProbe: { ...usual, exec: ['cat', '/ready'], periodMs: 2_000, failureThreshold: 30 },
      readinessProbe: { ...usual, grpc: 'shop', successThreshold: 2 },
      livenessProbe: { ...usual, path: '/live', port: 9100, headers: ['X-A', 'b'], initialDelayMs: 5_000 },
    });
  });

  test('may have containers beside it and before it, and files of volumes', () => {
    const pod = {
      containers: [
        {
          image: 'reg/proxy',
          name: 'proxy',
          volumeMounts: [{ name: 'v', mountPath: '/etc/p.conf', subPath: 'p.conf' }],
        },
        { image: 'reg/shop', ports: [{ containerPort: 9000 }] },
      ],
      initContainers: [{ image: 'reg/prepare', args: ['--once'] }],
      volumes: [{ name: 'v', emptyDir: {} }],
    };
    const features = enabling('knative-serving', 'kubernetes.podspec-init-containers');
    const several = { ...knative(), spec: { template: { spec: pod } } };
    expect(read(several, features).services[0]).toMatchObject({
      container: { image: 'reg/shop' },
      containerPort: 9000,
      sidecars: [{ name: 'proxy', container: { image: 'reg/proxy', volumes: [{ subPath: 'p.conf' }] } }],
      initContainers: [{ name: 'init-0', container: { args: ['--once'] } }],
    });
    const probed = { ...pod.containers[0], livenessProbe: { tcpSocket: {} } };
    const withProbe = {
      ...knative(),
      spec: { template: { spec: { ...pod, containers: [probed, pod.containers[1]] } } },
    };
    expect(() => read(withProbe, features)).toThrow('containers[0].livenessProbe is off by default on Knative');
  });

  test('has probes of the containers beside it where a feature lets it', () => {
    const probing = enabling('knative-serving', 'multi-container-probing');
    const beside = (probes: object) => ({
      ...knative(),
      spec: {
        template: {
          spec: {
            containers: [
              { image: 'reg/shop', ports: [{ containerPort: 9000 }] },
              { image: 'reg/proxy', name: 'proxy', ...probes },
            ],
          },
        },
      },
    });
    const probes = {
      readinessProbe: { httpGet: { path: '/ready', port: 8080 } },
      livenessProbe: { exec: { command: ['true'] } },
    };
    expect(read(beside(probes), probing).services[0]!.sidecars).toMatchObject([
      { readinessProbe: { path: '/ready', port: 8080 }, livenessProbe: { exec: ['true'] } },
    ]);
    expect(() => read(beside({ readinessProbe: { tcpSocket: {} } }), probing)).toThrow(
      'containers[1].readinessProbe.tcpSocket needs "port"',
    );
    expect(() => read(beside({ readinessProbe: {} }), probing)).toThrow('needs httpGet, tcpSocket, grpc or exec');
    const startupProbe = { tcpSocket: { port: 1 }, periodSeconds: 2, failureThreshold: 5 };
    expect(read(beside({ startupProbe }), probing).services[0]!.sidecars).toMatchObject([
      { startupProbe: { port: 1, periodMs: 2_000, failureThreshold: 5 } },
    ]);
  });

  test('has hosts by the tags of its traffic, and by DomainMappings', () => {
    const traffic = [
      { latestRevision: true, percent: 100, tag: 'now' },
      { latestRevision: true, tag: 'next' },
      { revisionName: 's-00001', latestRevision: false, tag: 'before' },
    ];
    const mapping = (name: string) => ({
      apiVersion: 'serving.knative.dev/v1beta1',
      kind: 'DomainMapping',
      metadata: { name: 'shop.example.org' },
      spec: { ref: { apiVersion: 'serving.knative.dev/v1', kind: 'Service', name } },
    });
    const { services, virtualHosts } = read({ ...knative(), spec: { ...knative().spec, traffic } }, mapping('s'));
    expect(services[0]!.traffic).toEqual([
      { percent: 100, tag: 'now' },
      { percent: 0, tag: 'next' },
      { percent: 0, tag: 'before', revision: 's-00001' },
    ]);
    expect(virtualHosts).toMatchObject([
      { hosts: ['shop.example.org'], routes: [{ action: { destinations: [{ service: 's', namespace: 'default' }] } }] },
    ]);
    expect(() => read(knative(), mapping('t'))).toThrow('there is no Service "t"');
  });

  test('may have former names of annotations, and those of today win', () => {
    const former = { minScale: '1', maxScale: '3', targetUtilizationPercentage: '50', scaleDownDelay: '15s' };
    expect(scaled({ ...former, 'max-scale': '4' }, { containerConcurrency: 10 }).autoscaling).toMatchObject({
      minScale: 1,
      maxScale: 4,
      target: 5,
      scaleDownDelayMs: 15_000,
    });
  });

  test('may use what its cluster has enabled', () => {
    const env = [{ name: 'NS', valueFrom: { fieldRef: { fieldPath: 'metadata.namespace' } } }];
    const features = ['kubernetes.podspec-fieldref', 'kubernetes.podspec-nodeselector'];
    const { services, ignored } = read(
      knative({ env }, { nodeSelector: { disk: 'ssd' } }),
      enabling('knative-serving', ...features),
    );
    expect(services[0]!.container.env).toEqual([{ kind: 'field', name: 'NS', path: 'metadata.namespace' }]);
    expect(ignored).toMatchObject([{ reason: 'nodeSelector: it has no meaning for a process of this machine' }]);
  });

  test('mounts its volumes', () => {
    const volumes = [
      { name: 'a', emptyDir: {} },
      { name: 'b', secret: { secretName: 'k', optional: true } },
    ];
    const volumeMounts = [
      { name: 'a', mountPath: '/a' },
      { name: 'b', mountPath: '/b', readOnly: true },
    ];
    expect(read(knative({ volumeMounts }, { volumes })).services[0]!.container.volumes).toEqual([
      { name: 'a', mountPath: '/a', readOnly: false, source: { kind: 'emptyDir' } },
      { name: 'b', mountPath: '/b', readOnly: true, source: { kind: 'secret', from: 'k', optional: true } },
    ]);
  });

  test('has the volume of a claim where a feature lets it', () => {
    const claim = { apiVersion: 'v1', kind: 'PersistentVolumeClaim', metadata: { name: 'kept' }, spec: {} };
    const of = (readOnly: boolean) =>
      knative(
        { volumeMounts: [{ name: 'a', mountPath: '/a' }] },
        { volumes: [{ name: 'a', persistentVolumeClaim: { claimName: 'kept', readOnly } }] },
      );
    const [claims, writes] = ['claim', 'write'].map((each) => `kubernetes.podspec-persistent-volume-${each}`) as [
      string,
      string,
    ];
    expect(() => read(of(true), claim)).toThrow(`persistentVolumeClaim is off by default on Knative (${claims})`);
    expect(() => read(of(false), claim, enabling('knative-serving', claims))).toThrow(
      `off by default on Knative (${writes})`,
    );
    expect(() => read(of(true), enabling('knative-serving', claims))).toThrow(
      'there is no PersistentVolumeClaim "kept" in namespace',
    );
    for (const readOnly of [true, false]) {
      const { services } = read(of(readOnly), claim, enabling('knative-serving', claims, writes));
      expect(services[0]!.container.volumes).toEqual([
        { name: 'a', mountPath: '/a', readOnly, source: { kind: 'claim', from: 'kept' } },
      ]);
    }
  });

  test('is probed as Kubernetes would', () => {
    const { readinessProbe, livenessProbe } = read(
      knative({
        readinessProbe: { httpGet: { path: '/readyz', port: 8080 } },
        livenessProbe: { tcpSocket: {}, periodSeconds: 3, timeoutSeconds: 2 },
      }),
    ).services[0]!;
    expect(readinessProbe).toEqual({
      path: '/readyz',
      periodMs: 10_000,
      timeoutMs: 1000,
      failureThreshold: 3,
      initialDelayMs: 0,
    });
    expect(livenessProbe).toEqual({
      path: undefined,
      periodMs: 3000,
      timeoutMs: 2000,
      failureThreshold: 3,
      initialDelayMs: 0,
    });
  });
});

describe('what a cluster would reject, and what does not run here, is rejected with file and line', () => {
  const text = (spec: string, metadata = 'name: s') =>
    `apiVersion: serving.knative.dev/v1\nkind: Service\nmetadata:\n  ${metadata}\nspec:\n  template:\n    ${spec.replaceAll('\n', '\n    ')}\n`;
  const pod = (fields: string) => text(`spec:\n  containers:\n    - image: a\n  ${fields}`);
  const container = (fields: string) => text(`spec:\n  containers:\n    - image: a\n      ${fields}`);
  const annotated = (...annotations: string[]) =>
    text(
      `metadata:\n  annotations:\n${annotations.map((each) => `    autoscaling.knative.dev/${each}`).join('\n')}\nspec:\n  containers:\n    - image: a`,
    );
  test.each([
    [
      'a field that is none',
      pod('contianerConcurrency: 5'),
      '10: spec.template.spec.contianerConcurrency is not understood: did you mean "containerConcurrency"?',
    ],
    [
      'too much concurrency',
      pod('containerConcurrency: 1001'),
      '10: spec.template.spec.containerConcurrency must be between 0 and 1000',
    ],
    [
      'too long a timeout',
      pod('timeoutSeconds: 601'),
      '10: spec.template.spec.timeoutSeconds must be between 0 and 600',
    ],
    ['a number in quotes', pod('timeoutSeconds: "60"'), '10: spec.template.spec.timeoutSeconds must be a whole number'],
    [
      'a first byte after the end',
      pod('timeoutSeconds: 10\n  responseStartTimeoutSeconds: 20'),
      '11: spec.template.spec.responseStartTimeoutSeconds 20 is greater than timeoutSeconds 10',
    ],
    [
      'init containers',
      pod('initContainers: []'),
      '10: spec.template.spec.initContainers is off by default on Knative',
    ],
    [
      'what Knative has switched off',
      pod('nodeSelector: {}'),
      '10: spec.template.spec.nodeSelector is off by default on Knative',
    ],
    ['no container', text('spec: {}'), '7: spec.template.spec needs one container'],
    ['no image', text('spec:\n  containers:\n    - name: a'), '9: spec.template.spec.containers[0] needs "image"'],
    [
      "Knative's own container",
      container('name: queue-proxy'),
      '10: spec.template.spec.containers[0].name is reserved',
    ],
    [
      'a reserved port',
      container('ports: [{containerPort: 9090}]'),
      '10: spec.template.spec.containers[0].ports[0].containerPort 9090 is reserved',
    ],
    ['two ports', container('ports: [{}, {}]'), '10: spec.template.spec.containers[0].ports[1] is a second port'],
    [
      'a port of another name',
      container('ports: [{name: web}]'),
      '10: spec.template.spec.containers[0].ports[0].name "web" must be http1 or h2c',
    ],
    [
      'a variable that Knative sets',
      container('env: [{name: PORT, value: "1"}]'),
      '10: spec.template.spec.containers[0].env[0].name "PORT" is set by Knative',
    ],
    [
      'a number as a variable',
      container('env:\n        - name: A\n          value: 1'),
      '12: spec.template.spec.containers[0].env[0].value must be text: write "1" in quotes',
    ],
    [
      'a variable of the Pod',
      container('env: [{name: A, valueFrom: {fieldRef: {}}}]'),
      '10: spec.template.spec.containers[0].env[0].valueFrom.fieldRef is off by default on Knative (kubernetes.podspec-fieldref)',
    ],
    [
      'two variables of one name',
      container('env: [{name: A, value: "1"}, {name: A, value: "2"}]'),
      '10: spec.template.spec.containers[0].env[1].name "A" is given twice',
    ],
    [
      'a mount of nothing',
      container('volumeMounts: [{name: v, mountPath: /v}]'),
      '10: spec.template.spec.containers[0].volumeMounts[0].name "v" is none of the volumes',
    ],
    [
      'a volume for nobody',
      pod('volumes: [{name: v, emptyDir: {}}]'),
      '10: spec.template.spec.volumes[0].name "v" is not mounted',
    ],
    [
      'a mount over everything',
      text(
        'spec:\n  volumes: [{name: v, emptyDir: {}}]\n  containers:\n    - image: a\n      volumeMounts: [{name: v, mountPath: /}]',
      ),
      '11: spec.template.spec.containers[0].volumeMounts[0].mountPath "/" is reserved',
    ],
    [
      'a probe by two means',
      container('readinessProbe:\n        exec: {command: [a]}\n        grpc: {port: 8080}'),
      '12: spec.template.spec.containers[0].readinessProbe.grpc cannot stand beside exec',
    ],
    [
      'a probe by no command',
      container('startupProbe: {exec: {command: []}}'),
      '10: spec.template.spec.containers[0].startupProbe.exec needs "command"',
    ],
    [
      'a probe of a port that has no such name',
      container('livenessProbe: {httpGet: {port: admin}}'),
      '10: spec.template.spec.containers[0].livenessProbe.httpGet.port "admin" is not the name of the port',
    ],
    [
      'min above max',
      annotated('min-scale: "5"', 'max-scale: "3"'),
      '10: spec.template.metadata.annotations.autoscaling.knative.dev/max-scale 3 is less than min-scale 5',
    ],
    [
      'a window that is too short',
      annotated('window: 5s'),
      '9: spec.template.metadata.annotations.autoscaling.knative.dev/window 5s must be between 6s and 3600s',
    ],
    [
      'a window in no unit',
      annotated('window: "60"'),
      '9: spec.template.metadata.annotations.autoscaling.knative.dev/window "60" is not a duration',
    ],
    ['half a second of window', annotated('window: 6.5s'), 'must be whole seconds'],
    [
      'a number without quotes',
      annotated('max-scale: 5'),
      '9: spec.template.metadata.annotations.autoscaling.knative.dev/max-scale must be text: write "5" in quotes',
    ],
    ['a negative scale', annotated('min-scale: "-1"'), 'must be between 0 and'],
    ['a start with nothing', annotated('initial-scale: "0"'), 'must be between 1 and'],
    ['half an instance', annotated('max-scale: "1.5"'), 'must be a whole number'],
    ['an utilisation of nothing', annotated('target-utilization-percentage: "0"'), 'must be between 1 and 100'],
    ['a burst below nothing', annotated('target-burst-capacity: "-0.5"'), 'must be -1 or at least 0'],
    [
      "Knative's profiling port",
      container('ports: [{containerPort: 8008}]'),
      'containerPort 8008 is reserved by Knative',
    ],
    ['another metric', annotated('metric: cpu'), '"cpu" must be concurrency or rps'],
    ['another autoscaler', annotated('class: hpa.autoscaling.knative.dev'), 'does not run here'],
    [
      'an old name of nothing',
      annotated('minscale: "1"'),
      '9: spec.template.metadata.annotations.autoscaling.knative.dev/minscale is not an annotation of Knative\'s autoscaler: did you mean "autoscaling.knative.dev/min-scale"?',
    ],
    [
      'a value under an old name',
      annotated('minScale: "-1"'),
      '9: spec.template.metadata.annotations.autoscaling.knative.dev/minScale -1 must be between 0',
    ],
    [
      'scale on the Service',
      text('spec: {containers: [{image: a}]}', 'name: s\n  annotations:\n    autoscaling.knative.dev/min-scale: "1"'),
      '6: metadata.annotations.autoscaling.knative.dev/min-scale belongs to a revision',
    ],
    [
      'another visibility',
      text('spec: {containers: [{image: a}]}', 'name: s\n  labels:\n    networking.knative.dev/visibility: public'),
      '6: metadata.labels.networking.knative.dev/visibility can only be cluster-local',
    ],
    [
      'a name that is no host name',
      text('spec: {containers: [{image: a}]}', 'name: 1s'),
      '4: metadata.name must begin with a letter',
    ],
    [
      'the latest revision beside a named one',
      `${text('spec: {containers: [{image: a}]}')}  traffic:\n    - revisionName: s-00001\n      latestRevision: true\n`,
      '10: spec.traffic[0].latestRevision cannot be true beside revisionName',
    ],
    [
      'no revision at all',
      `${text('spec: {containers: [{image: a}]}')}  traffic: [{latestRevision: false, percent: 100}]\n`,
      '8: spec.traffic[0].latestRevision is false: name the revision',
    ],
    [
      'traffic that does not add up',
      `${text('spec: {containers: [{image: a}]}')}  traffic: [{latestRevision: true, percent: 90}]\n`,
      '8: spec.traffic adds up to 90 percent, not to 100',
    ],
    [
      'a tag twice',
      `${text('spec: {containers: [{image: a}]}')}  traffic: [{latestRevision: true, percent: 100, tag: a}, {latestRevision: true, tag: a}]\n`,
      '8: spec.traffic[1].tag "a" is given twice',
    ],
  ])('%s', (_, manifest, message) => {
    expect(() => read(manifest)).toThrow(message.match(/^\d/) ? `/m0.yaml:${message}` : message);
  });

  test.each<[string, (object | string)[], string]>([
    [
      'a second container',
      [{ ...service('s'), spec: { template: { spec: { containers: [{ image: 'a' }, { image: 'b' }] } } } }],
      'm0.yaml:14: spec.template.spec.containers[1] is a second container: the one that is served has to have ports',
    ],
    [
      'a kind that does not run here',
      [{ apiVersion: 'apps/v1', kind: 'DaemonSet', metadata: { name: 'd' } }],
      'm0.yaml:1: apps/v1 DaemonSet does not run here: there are no nodes; a Deployment runs',
    ],
    [
      'a JobSink without a Job',
      [{ apiVersion: 'sinks.knative.dev/v1alpha1', kind: 'JobSink', metadata: { name: 'd' }, spec: {} }],
      'm0.yaml:7: spec needs "job"',
    ],
    [
      'a subscriber that is no JobSink',
      [
        broker,
        trigger({ subscriber: { ref: { apiVersion: 'sinks.knative.dev/v1alpha1', kind: 'JobSink', name: 'd' } } }),
      ],
      'there is no JobSink "d" in namespace',
    ],
    [
      'a StatefulSet of several Pods',
      [{ apiVersion: 'apps/v1', kind: 'StatefulSet', metadata: { name: 'd' }, spec: { replicas: 2 } }],
      'm0.yaml:8: spec.replicas must be 1',
    ],
    [
      'a kind of an old version',
      [{ apiVersion: 'serving.knative.dev/v1beta1', kind: 'Service', metadata: { name: 'd' } }],
      'serving.knative.dev/v1beta1 Service does not run here',
    ],
    [
      'a Trigger without Broker',
      [knative(), trigger()],
      'm1.yaml:8: there is no Broker "default" in namespace default',
    ],
    [
      'a subscriber that does not exist',
      [
        knative(),
        broker,
        'apiVersion: eventing.knative.dev/v1\nkind: Trigger\nmetadata:\n  name: t\nspec:\n  broker: default\n  subscriber:\n    ref:\n      apiVersion: serving.knative.dev/v1\n      kind: Service\n      name: ss\n',
      ],
      'm2.yaml:11: there is no Service "ss" in namespace default: did you mean "s"?',
    ],
    [
      'a dead-letter sink that does not exist',
      [{ ...broker, spec: { delivery: { deadLetterSink: to('journal') } } }],
      'there is no Service "journal"',
    ],
    ['a tick for nobody', [ping()], 'there is no Service "s"'],
    [
      'a Service in another namespace',
      [{ ...knative(), metadata: { name: 's', namespace: 'other' } }, ping()],
      'there is no Service "s" in namespace default',
    ],
    [
      'filters of two dialects at once',
      [knative(), broker, trigger({ filters: [{ exact: { type: 'a' }, prefix: { type: 'b' } }] })],
      'spec.filters[0].prefix cannot stand beside exact',
    ],
    ['a Trigger of no Broker', [knative(), broker, trigger({ broker: '' })], 'spec.broker must not be empty'],
    [
      'what Knative has switched off in delivery',
      [knative(), broker, trigger({ delivery: { retryAfterMax: 'PT1S' } })],
      'spec.delivery.retryAfterMax is off by default on Knative (delivery-retryafter)',
    ],
    [
      'another format',
      [knative(), broker, trigger({ delivery: { format: 'structured' } })],
      'spec.delivery.format must be one of json, binary',
    ],
    [
      'an absolute address beside a reference',
      [knative(), broker, trigger({ subscriber: { ...to('s'), uri: 'http://a.example/' } })],
      'spec.subscriber.uri must be relative beside "ref"',
    ],
    [
      'a relative address by itself',
      [knative(), broker, trigger({ subscriber: { uri: '/events' } })],
      'spec.subscriber.uri "/events" is not an absolute http URL',
    ],
    [
      'a dialect that is none',
      [knative(), broker, trigger({ filters: [{ any: [{ sufix: { type: 'a' } }] }] })],
      'spec.filters[0].any[0].sufix is not understood: did you mean "suffix"?',
    ],
    [
      'an attribute that is none',
      [knative(), broker, trigger({ filters: [{ exact: { Type: 'a' } }] })],
      'spec.filters[0].exact.Type is not the name of an attribute',
    ],
    [
      'a filter of data',
      [knative(), broker, trigger({ filter: { attributes: { 'data.id': '1' } } })],
      'spec.filter.attributes.data.id is not the name of an attribute',
    ],
    [
      "a backoff in Go's way",
      [{ ...broker, spec: { delivery: { backoffDelay: '1s' } } }],
      'm0.yaml:9: backoffDelay "1s" is not a duration like PT0.5S',
    ],
    [
      'another backoff',
      [{ ...broker, spec: { delivery: { backoffPolicy: 'random' } } }],
      'spec.delivery.backoffPolicy must be one of linear, exponential',
    ],
    ['a negative retry', [{ ...broker, spec: { delivery: { retry: -1 } } }], 'spec.delivery.retry must be between 0'],
    [
      'a schedule of seven fields',
      [knative(), ping({ schedule: '* * * * * * *' })],
      'spec.schedule cannot be kept: schedule "* * * * * * *" has 7 fields',
    ],
    [
      'two time zones',
      [knative(), ping({ schedule: 'CRON_TZ=UTC * * * * *', timezone: 'Europe/Berlin' })],
      'names a time zone beside the one that is given',
    ],
    ['a zone by another spelling', [knative(), ping({ timezone: 'CST' })], 'spec.timezone "CST" is not a time zone'],
    ['data twice', [knative(), ping({ data: 'a', dataBase64: 'YQ==' })], 'spec.dataBase64 cannot stand beside data'],
    ['base64 that is none', [knative(), ping({ dataBase64: '%%%' })], 'spec.dataBase64 is not base64'],
    [
      'JSON that is none',
      [knative(), ping({ data: '{not', contentType: 'application/json' })],
      'spec.data is not a JSON object, as contentType says',
    ],
    [
      'base64 of JSON that is none',
      [knative(), ping({ dataBase64: 'AAAA', contentType: 'application/json' })],
      'spec.dataBase64 is not a JSON object, as contentType says',
    ],
    [
      'the name of an extension that is none',
      [knative(), ping({ ceOverrides: { extensions: { 'with-dash': 'a' } } })],
      'spec.ceOverrides.extensions.with-dash is not the name of an extension',
    ],
    [
      'an attribute of CloudEvents as an extension',
      [knative(), ping({ ceOverrides: { extensions: { Type: 'a' } } })],
      'spec.ceOverrides.extensions.Type is an attribute of CloudEvents itself',
    ],
    ['a minute that is none', [knative(), ping({ schedule: '61 * * * *' })], 'm1.yaml:8: spec.schedule cannot be kept'],
    [
      'an expression that does not parse',
      [knative(), broker, trigger({ filters: [{ not: { cesql: "type LIKE 'a" } }] })],
      "spec.filters[0].not.cesql is no CESQL expression: the string is not closed with ' at character 11",
    ],
    [
      'an expression with a function that is none',
      [knative(), broker, trigger({ filters: [{ cesql: "type = 'a' AND SUBSTR(subject, 1) = 'b'" }] })],
      'spec.filters[0].cesql calls SUBSTR with 2 arguments, which does not exist, at character 16',
    ],
    [
      'an EventType without a type',
      [
        {
          apiVersion: 'eventing.knative.dev/v1beta2',
          kind: 'EventType',
          metadata: { name: 'e' },
          spec: { source: '/a' },
        },
      ],
      'm0.yaml:7: spec needs "type"',
    ],
    [
      'a default that is none',
      [
        knative(),
        {
          ...configMap('config-autoscaler', { 'stable-window': '5s' }),
          metadata: { name: 'config-autoscaler', namespace: 'knative-serving' },
        },
      ],
      'm1.yaml:9: stable-window 5s must be between 6s and 3600s',
    ],
    [
      'a time zone that is none',
      [knative(), ping({ timezone: 'Mars/Olympus' })],
      'spec.timezone "Mars/Olympus" is not a time zone',
    ],
    [
      'a sink that is no address',
      [ping({ sink: { ref: { apiVersion: 'apps/v1', kind: 'Deployment', name: 's' } } })],
      'apps/v1 Deployment cannot receive events here',
    ],
    [
      'a Service of Kubernetes that is none of Knative',
      [ping({ sink: { ref: { apiVersion: 'v1', kind: 'Service', name: 's' } } })],
      'there is no Service "s"',
    ],
    [
      'a gateway that does not exist',
      [knative(), virtual([toService])],
      'm1.yaml:11: spec.gateways name default/g, which does not exist',
    ],
    [
      'a host that the gateway does not accept',
      [
        knative(),
        { ...gateway, spec: { servers: [{ port: { number: 80, protocol: 'HTTP' }, hosts: ['a.example'] }] } },
        virtual([toService]),
      ],
      'do not accept the host *',
    ],
    ['a route to no Service', [gateway, virtual([toService])], 'there is no Service "s"'],
    [
      'a route without authority',
      [gateway, virtual([{ route: [destination] }])],
      'spec.http[0] needs rewrite.authority',
    ],
    [
      'an authority that is none',
      [gateway, virtual([{ ...toService, rewrite: { authority: 's' } }])],
      'spec.http[0].rewrite.authority "s" must be SERVICE.NAMESPACE.svc.cluster.local',
    ],
    [
      'a route past Knative',
      [gateway, virtual([{ ...toService, route: [{ destination: { host: 's' } }] }])],
      'spec.http[0].route[0].destination.host must be knative-local-gateway',
    ],
    [
      'two answers at once',
      [gateway, virtual([{ ...toService, directResponse: { status: 200 } }])],
      'spec.http[0].directResponse needs one of route, redirect and directResponse',
    ],
    [
      'an expression that Envoy cannot run',
      [gateway, virtual([{ ...toService, match: [{ uri: { regex: '(?!a)b' } }] }])],
      'spec.http[0].match[0].uri.regex cannot look around',
    ],
    [
      'an expression that is none',
      [gateway, virtual([{ ...toService, match: [{ uri: { regex: '(' } }] }])],
      'spec.http[0].match[0].uri.regex error parsing regexp: missing closing )',
    ],
    [
      'a fault beside a redirect',
      [gateway, virtual([{ redirect: { uri: '/' }, fault: { abort: { httpStatus: 500 } } }])],
      'spec.http[0].fault cannot stand beside redirect and directResponse',
    ],
    [
      'a time for each attempt',
      [gateway, virtual([{ ...toService, retries: { attempts: 1, perTryTimeout: '2s' } }])],
      'spec.http[0].retries.perTryTimeout is not understood',
    ],
    [
      'a retry on what nobody knows',
      [gateway, virtual([{ ...toService, retries: { attempts: 1, retryOn: '502,often' } }])],
      'spec.http[0].retries.retryOn "often" is not understood',
    ],
    ['a fault', [gateway, virtual([{ ...toService, fault: {} }])], 'spec.http[0].fault needs "delay" or "abort"'],
    [
      'a timeout in no unit',
      [gateway, virtual([{ ...toService, timeout: '30' }])],
      'timeout "30" is not a duration like 30s',
    ],
    [
      'a ConfigMap that does not exist',
      [knative({ envFrom: [{ configMapRef: { name: 'c' } }] })],
      'm0.yaml:13: there is no ConfigMap "c" in namespace default',
    ],
    [
      'a ConfigMap whose name has a hash',
      [knative({ envFrom: [{ configMapRef: { name: 'c' } }] }), configMap('c-0123456789')],
      'it is called c-0123456789; let a nameReference configuration list this field',
    ],
    [
      'a key that a ConfigMap has not',
      [knative({ env: [{ name: 'A', valueFrom: { configMapKeyRef: { name: 'c', key: 'k' } } }] }), configMap('c')],
      'ConfigMap "c" has no key "k"',
    ],
    [
      'a Job that runs twice',
      [
        {
          apiVersion: 'batch/v1',
          kind: 'Job',
          metadata: { name: 'j' },
          spec: {
            completions: 2,
            template: { spec: { restartPolicy: 'Never', containers: [{ name: 'a', image: 'a' }] } },
          },
        },
      ],
      'spec.completions must be 1',
    ],
    [
      'a Job that restarts for ever',
      [
        {
          apiVersion: 'batch/v1',
          kind: 'Job',
          metadata: { name: 'j' },
          spec: { template: { spec: { restartPolicy: 'Always', containers: [] } } },
        },
      ],
      'spec.template.spec.restartPolicy must be one of Never, OnFailure',
    ],
    [
      'a Secret that is not base64',
      [{ apiVersion: 'v1', kind: 'Secret', metadata: { name: 'k' }, data: { a: '!' } }],
      'data.a must be base64',
    ],
  ])('%s', (_, manifests, message) => {
    expect(() => read(...manifests)).toThrow(message);
  });
});

describe('events', () => {
  const spec = (of: object) => read(knative(), broker, trigger(of)).triggers[0]!;

  test('a Trigger that filters nothing gets everything from the Broker called default', () => {
    expect(spec({})).toMatchObject({
      broker: 'default',
      filters: [],
      delivery: {},
      subscriber: { kind: 'service', name: 's', namespace: 'default', path: '/' },
    });
  });

  test('a Trigger asks for order by the annotation of the Kafka broker', () => {
    const annotated = (order: string) => ({
      ...trigger(),
      metadata: { name: 't', annotations: { 'kafka.eventing.knative.dev/delivery.order': order } },
    });
    expect(read(knative(), broker, annotated('ordered')).triggers[0]?.ordered).toBe(true);
    expect(read(knative(), broker, annotated('unordered')).triggers[0]?.ordered).toBeUndefined();
  });

  test('`filters` replaces `filter`', () => {
    const filter = { attributes: { type: 'old', source: '' } };
    expect(spec({ filter }).filters).toEqual([{ exact: { type: 'old', source: '' } }]);
    expect(spec({ filter, filters: [{ not: { prefix: { type: 'b' } } }] }).filters).toEqual([
      { not: { prefix: { type: 'b' } } },
    ]);
    expect(spec({ filter, filters: [] }).filters).toEqual([{ exact: { type: 'old', source: '' } }]);
    expect(spec({ filter: { attributes: {} } }).filters).toEqual([]);
  });

  test('an empty filter is skipped, wherever it stands, and listed', () => {
    const type = { exact: { type: 'a' } };
    const empty = [{}, { cesql: '' }, { exact: {} }, { all: [] }, { any: [{}] }, { not: {} }, { not: { all: [{}] } }];
    for (const each of empty) expect(spec({ filters: [each] }).filters).toEqual([]);
    expect(spec({ filters: [...empty, type] }).filters).toEqual([type]);
    expect(spec({ filters: [{ any: [{}, type] }] }).filters).toEqual([{ any: [type] }]);
    expect(spec({ filters: [{ prefix: {}, ...type }] }).filters).toEqual([type]);
    expect(read(knative(), broker, trigger({ filters: [{}] })).ignored).toMatchObject([
      { kind: 'Trigger', reason: 'an empty filter lets every event through' },
    ]);
  });

  test('a subscriber may be named as the Service or Route that Knative makes', () => {
    for (const apiVersion of ['v1', 'serving.knative.dev/v1'])
      for (const kind of apiVersion === 'v1' ? ['Service'] : ['Service', 'Route'])
        expect(spec({ subscriber: { ref: { apiVersion, kind, name: 's' }, uri: '/in' } }).subscriber).toEqual({
          kind: 'service',
          name: 's',
          namespace: 'default',
          path: '/in',
        });
  });

  test('a PingSource that says nothing ticks each minute; v1beta2 says the same', () => {
    const { schedule: _, ...plain } = ping().spec;
    const [v1, beta] = read(
      knative(),
      { ...ping(), spec: plain },
      {
        ...ping({ schedule: '*/10 * * * * *', dataBase64: 'eyJhIjoxfQ==', contentType: 'application/json' }),
        apiVersion: 'sources.knative.dev/v1beta2',
        metadata: { name: 'beta' },
      },
    ).pingSources;
    expect(v1).toMatchObject({ schedule: '* * * * *', data: undefined });
    expect(beta).toMatchObject({ schedule: '*/10 * * * * *', dataBase64: 'eyJhIjoxfQ==' });
  });

  test('names of extensions are in lower case', () => {
    const ceOverrides = { extensions: { Team: 'blog', '1a': 'x' } };
    expect(read(knative(), ping({ ceOverrides })).pingSources[0]!.extensions).toEqual({ team: 'blog', '1a': 'x' });
  });

  test('filters nest', () => {
    const filters = [
      { all: [{ exact: { type: 'a' } }, { any: [{ prefix: { source: '/b' } }, { suffix: { subject: 'c' } }] }] },
    ];
    expect(spec({ filters }).filters).toEqual(filters);
  });

  test('delivery holds only what is said', () => {
    const features = enabling('knative-eventing', 'delivery-retryafter');
    const specWith = (of: object) => read(features, knative(), broker, trigger(of)).triggers[0]!;
    const delivery = {
      retry: 3,
      backoffPolicy: 'linear',
      backoffDelay: 'PT0.5S',
      timeout: 'PT1M',
      retryAfterMax: 'PT0S',
      format: 'json',
      deadLetterSink: { ...to('s'), uri: '/dead?x=1' },
    };
    expect(specWith({ delivery }).delivery).toEqual({
      retry: 3,
      backoffPolicy: 'linear',
      backoffDelayMs: 500,
      timeoutMs: 60_000,
      retryAfterMaxMs: 0,
      format: 'json',
      deadLetterSink: { kind: 'service', name: 's', namespace: 'default', path: '/dead?x=1' },
    });
    expect(spec({ delivery: { retry: 0 } }).delivery).toEqual({ retry: 0 });
  });

  test.each([
    ['http://s.default.svc.cluster.local/in', { kind: 'service', name: 's', namespace: 'default', path: '/in' }],
    [
      'http://broker-ingress.knative-eventing.svc.cluster.local/default/default',
      { kind: 'broker', name: 'default', namespace: 'default' },
    ],
    ['https://example.com/in', { kind: 'url', url: 'https://example.com/in' }],
  ])('%s is a sink', (uri, sink) => {
    expect(read(knative(), broker, ping({ sink: { uri } })).pingSources[0]!.sink).toEqual(sink);
  });

  test('a PingSource says when and what', () => {
    const [source] = read(
      knative(),
      ping({
        timezone: 'Europe/Berlin',
        contentType: 'application/json',
        data: '{}',
        ceOverrides: { extensions: { a: 'b' } },
      }),
    ).pingSources;
    expect(source).toMatchObject({
      schedule: '* * * * *',
      timezone: 'Europe/Berlin',
      contentType: 'application/json',
      data: '{}',
      extensions: { a: 'b' },
    });
  });
});

describe('routes', () => {
  test('a route names its Service by the authority it rewrites to', () => {
    const http = {
      name: 'r',
      match: [
        {
          uri: { prefix: '/x' },
          method: { exact: 'GET' },
          headers: { 'X-Test': { regex: 'a|b' } },
          withoutHeaders: { 'X-Bot': {} },
          queryParams: { V: { exact: '2' } },
          ignoreUriCase: true,
        },
      ],
      timeout: '1m30s',
      headers: { request: { set: { 'X-Client': '%DOWNSTREAM_REMOTE_ADDRESS_WITHOUT_PORT%' }, remove: ['X-Old'] } },
      ...toService,
    };
    const [host] = read(
      knative(),
      gateway,
      virtual([{ ...http, rewrite: { ...toService.rewrite, uri: '/y' } }], { hosts: ['Blog.Example'] }),
    ).virtualHosts;
    expect(host).toMatchObject({ name: 'v', hosts: ['blog.example'] });
    expect(host!.routes[0]).toMatchObject({
      name: 'r',
      match: [
        {
          uri: { kind: 'prefix', value: '/x' },
          method: { kind: 'exact', value: 'GET' },
          headers: { 'x-test': { kind: 'regex', value: 'a|b' } },
          withoutHeaders: { 'x-bot': { kind: 'prefix', value: '' } },
          queryParams: { V: { kind: 'exact', value: '2' } },
          ignoreUriCase: true,
        },
      ],
      action: { kind: 'route', destinations: [{ service: 's', namespace: 'default', weight: 100 }] },
      rewriteUri: '/y',
      timeoutMs: 90_000,
      requestHeaders: { set: { 'x-client': '%DOWNSTREAM_REMOTE_ADDRESS_WITHOUT_PORT%' }, add: {}, remove: ['x-old'] },
    });
  });

  test.each([
    ['502', [502]],
    ['connect-failure,refused-stream,reset,502', [502]],
    ['gateway-error, 429', [502, 503, 504, 429]],
  ])('a route may retry on %s', (retryOn, statuses) => {
    const retries = { attempts: 2, retryOn, backoff: '300ms', retryIgnorePreviousHosts: true };
    const [host] = read(knative(), gateway, virtual([{ ...toService, retries }])).virtualHosts;
    expect(host!.routes[0]!.retries).toEqual({ attempts: 2, statuses: new Set(statuses), backoffMs: 300 });
  });

  test('a route may have policies of CORS, of faults and of mirrors', () => {
    const [deployment, service] = deployed;
    const mirror = { host: 'shadow.default.svc.cluster.local', port: { number: 80 } };
    const corsPolicy = {
      allowOrigins: [{ regex: 'https://.*' }],
      allowOrigin: ['*'],
      allowMethods: ['GET', 'PUT'],
      maxAge: '24h',
      unmatchedPreflights: 'IGNORE',
    };
    const fault = {
      delay: { fixedDelay: '1.5s', percentage: { value: 0.1 } },
      abort: { httpStatus: 503, percentage: { value: 100 } },
    };
    const routes = [
      { ...toService, corsPolicy, fault, mirror, mirrorPercentage: { value: 12.5 } },
      { ...toService, mirrors: [{ destination: mirror }, { destination: mirror, percentage: { value: 0 } }] },
      { redirect: { uri: '/' }, corsPolicy },
      { ...toService, fault: { abort: { httpStatus: 500 } } },
    ];
    const { virtualHosts, ignored } = read(knative(), deployment!, service!, gateway, virtual(routes));
    const shadow = { service: 'shadow', namespace: 'default' };
    expect(virtualHosts[0]!.routes).toMatchObject([
      {
        cors: {
          allowOrigins: [
            { kind: 'regex', value: 'https://.*' },
            { kind: 'exact', value: '*' },
          ],
          allowMethods: 'GET,PUT',
          allowHeaders: '',
          maxAge: '86400',
          allowCredentials: false,
          forwardUnmatched: false,
        },
        fault: { delay: { ms: 1500, percent: 0.1 }, abort: { status: 503, percent: 100 } },
        mirrors: [{ ...shadow, percent: 12.5 }],
      },
      { mirrors: [{ ...shadow, percent: 100 }] },
      {},
      { fault: { abort: { status: 500, percent: 0 } } },
    ]);
    expect(virtualHosts[0]!.routes[2]).not.toHaveProperty('cors');
    expect(ignored.map(({ reason }) => reason)).toEqual(
      expect.arrayContaining([
        'corsPolicy: Envoy does without it for redirect and directResponse',
        'abort: without a percentage it happens to no request',
      ]),
    );
  });

  test.each<[policies: object, problem: string]>([
    [{ corsPolicy: { maxAge: '1500ms' } }, 'corsPolicy.maxAge must be whole seconds'],
    [{ corsPolicy: { allowHeaders: ['x a'] } }, 'corsPolicy.allowHeaders "x a" is no name'],
    [{ corsPolicy: { allowOrigins: [{ regex: '(?=a)' }] } }, 'cannot look around or back'],
    [{ fault: {} }, 'fault needs "delay" or "abort"'],
    [{ fault: { abort: { grpcStatus: 'OK' } } }, 'fault.abort.grpcStatus is not understood'],
    [{ fault: { abort: { httpStatus: 600 } } }, 'fault.abort.httpStatus must be between 200 and 599'],
    [{ fault: { delay: { percentage: { value: 1 } } } }, 'fault.delay needs "fixedDelay"'],
    [
      { fault: { delay: { fixedDelay: '1s', percentage: { value: 101 } } } },
      'percentage.value must be a number between',
    ],
    [{ mirror: { host: 'shadow' } }, 'mirror.host "shadow" must be SERVICE.NAMESPACE.svc.cluster.local'],
    [{ mirror: { host: 'gone.default.svc' } }, 'there is no Service "gone" in namespace default'],
    [{ mirror: { host: 's.default.svc' } }, 's is a Service of Knative: mirrored requests have a Host'],
    [{ mirror: { host: 'a.b.svc' }, mirrors: [{ destination: {} }] }, 'mirrors cannot stand beside mirror'],
  ])('a route with %j is rejected', (policies, problem) => {
    expect(() => read(knative(), gateway, virtual([{ ...toService, ...policies }]))).toThrow(problem);
  });

  test.each([{ attempts: 0 }, { attempts: 2, retryOn: 'reset' }, undefined])(
    'a route with retries of %j passes on every status',
    (retries) => {
      const [host] = read(knative(), gateway, virtual([{ ...toService, retries }])).virtualHosts;
      expect(host!.routes[0]!.retries).toBeUndefined();
    },
  );

  test('the ingress can answer by itself', () => {
    const [host] = read(
      gateway,
      virtual([
        { directResponse: { status: 200, body: { string: 'ok' } } },
        { redirect: { uri: '/x', redirectCode: 308 } },
      ]),
    ).virtualHosts;
    expect(host!.routes.map(({ action }) => action)).toEqual([
      { kind: 'direct', status: 200, body: 'ok' },
      { kind: 'redirect', status: 308, uri: '/x' },
    ]);
  });

  test('routes inside of the mesh are ignored', () => {
    const platform = read(knative(), virtual([toService], { gateways: ['mesh'] }));
    expect(platform.virtualHosts).toEqual([]);
    expect(platform.ignored).toMatchObject([{ kind: 'VirtualService', name: 'v' }]);
  });
});

test('a Job is read, and Secrets decoded', () => {
  const job = {
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: { name: 'j' },
    spec: {
      activeDeadlineSeconds: 5,
      template: { spec: { restartPolicy: 'Never', containers: [{ name: 'a', image: 'a', args: ['b'] }] } },
    },
  };
  const platform = read(job, {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name: 'k' },
    data: { a: 'Yg==' },
    stringData: { c: 'd' },
  });
  expect(platform.jobs).toMatchObject([
    { name: 'j', backoffLimit: 6, activeDeadlineMs: 5000, container: { image: 'a', args: ['b'] } },
  ]);
  expect(platform.secrets.get('default/k')).toEqual({ a: 'b', c: 'd' });
});

test('EventTypes are the catalogue, in every version', () => {
  const { eventTypes } = read(
    {
      apiVersion: 'eventing.knative.dev/v1beta2',
      kind: 'EventType',
      metadata: { name: 'a' },
      spec: { type: 'one', source: '/s', description: 'First.' },
    },
    {
      apiVersion: 'eventing.knative.dev/v1beta3',
      kind: 'EventType',
      metadata: { name: 'b', namespace: 'n' },
      spec: { attributes: [{ name: 'type', required: true, value: 'two' }] },
    },
  );
  expect(eventTypes).toMatchObject([
    { name: 'a', namespace: 'default', type: 'one', description: 'First.' },
    { name: 'b', namespace: 'n', type: 'two' },
  ]);
});

test('a filter may be an expression, wherever filters stand', () => {
  const filters = [{ cesql: "type LIKE 'a%'" }, { any: [{ not: { cesql: 'EXISTS subject' } }] }];
  expect(read(knative(), broker, trigger({ filters })).triggers[0]?.filters).toEqual(filters);
});

test('what has no meaning on one machine is listed with reason and source position', () => {
  const { ignored } = read(
    knative({ resources: {}, securityContext: {} }, { serviceAccountName: 'x' }),
    { apiVersion: 'networking.k8s.io/v1', kind: 'NetworkPolicy', metadata: { name: 'n' }, spec: { anything: true } },
    { apiVersion: 'security.istio.io/v1', kind: 'AuthorizationPolicy', metadata: { name: 'a' } },
  );
  expect(
    ignored
      .map(
        ({ kind, name, reason, origin }) =>
          `${origin.file.split('/').pop()}:${origin.line} ${kind} ${name}: ${reason.split(':')[0]}`,
      )
      .sort(),
  ).toEqual([
    'm0.yaml:10 Service s: serviceAccountName',
    'm0.yaml:14 Service s: resources',
    'm0.yaml:15 Service s: securityContext',
    'm1.yaml:1 NetworkPolicy n: functions listen on loopback only',
    'm2.yaml:1 AuthorizationPolicy a: there is no mesh on one machine',
  ]);
});

test('a function that the platform has never seen is a file in an overlay', () => {
  const stranger = `${JSON.stringify({ ...service('stranger'), metadata: { name: 'stranger', namespace: 'dormouse' } })}\n---\n${JSON.stringify(
    {
      ...trigger({ filters: [{ exact: { type: 'dev.example.wanted.v1' } }], subscriber: to('stranger') }),
      metadata: { name: 'wanted', namespace: 'dormouse' },
    },
  )}`;
  const local = join(import.meta.dirname, '../../../overlays/local');
  const before = readPlatform(render(local));
  const overlay = folderOf({ 'stranger.yaml': stranger });
  writeFileSync(
    join(overlay, 'kustomization.yaml'),
    JSON.stringify({ resources: [relative(overlay, local), 'stranger.yaml'] }),
  );
  const after = readPlatform(render(overlay));
  expect(after.services.map(({ name }) => name)).toEqual([...before.services.map(({ name }) => name), 'stranger']);
  expect(after.triggers.at(-1)).toMatchObject({
    name: 'wanted',
    broker: 'default',
    subscriber: { kind: 'service', name: 'stranger', namespace: 'dormouse' },
  });
});
