import { globSync, readFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { byKubectlAlone } from '@dormouse/manifests/kustomize/kustomization.fixture';
import { render } from '@dormouse/manifests/kustomize/kustomize';
import { readPlatform } from '@dormouse/manifests/readers/read-platform';
import type { Rendered } from '@dormouse/manifests/yaml/origin';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';

const project = join(import.meta.dirname, '..');
const overlays = globSync('{knative,tests}/**/kustomization.yaml', {
  cwd: project,
  exclude: (name) => name === 'node_modules',
})
  .map(dirname)
  .filter((folder) => !readFileSync(join(project, folder, 'kustomization.yaml'), 'utf8').includes('kind: Component'))
  .sort();
const rendered = render(join(project, 'knative/base'));
const platform = readPlatform(rendered);

interface Pod {
  containers: {
    securityContext?: object;
    resources?: object;
    readinessProbe?: object;
    livenessProbe?: object;
    env?: { name: string }[];
  }[];
  automountServiceAccountToken?: boolean;
  serviceAccountName?: string;
}
const podOf = ({ manifest }: Rendered) => (manifest.spec as { template: { spec: Pod } }).template.spec;
const withPods = rendered
  .filter(({ manifest }) => ['Service', 'Job'].includes(manifest.kind))
  .map((each) => ({ ...each, name: each.manifest.metadata.name }));

test('there are the base and overlays to look at', () => {
  expect(overlays).toEqual(
    expect.arrayContaining([
      'knative/base',
      ...['kind', 'lab', 'local', 'production', 'staging'].map((name) => `knative/overlays/${name}`),
    ]),
  );
});

/** What knative/components bring along for a cluster; the local platform has a database and a Redis of its own. */
const isPart = ({ manifest: { apiVersion, kind } }: Rendered) =>
  apiVersion === 'apps/v1' || (apiVersion === 'v1' && kind === 'Service');

/** What administrators apply, and parts of overlays: a cluster's alone, and rendered by kubectl (knative/checks). */
const ofClusters = /^knative\/(administration|gitops)\//;
const runnable = overlays.filter((folder) => !byKubectlAlone(basename(folder)) && !ofClusters.test(folder));

test.each(runnable)('%s renders and can be run', (folder) => {
  const { services } = readPlatform(render(join(project, folder)).filter((each) => !isPart(each)));
  expect(services.length).toBeGreaterThan(0);
});

describe('a function says only what is its own', () => {
  const files = globSync('knative/base/*.yaml', { cwd: project }).map((path) => ({
    path,
    documents: readFileSync(join(project, path), 'utf8').split('\n---\n'),
  }));
  const own = files.flatMap(({ path, documents }) =>
    documents.filter((text) => text.includes('serving.knative.dev/v1\nkind: Service')).map((text) => ({ path, text })),
  );

  test.each(own)('$path: 12 to 30 lines', ({ text }) => {
    const lines = text.split('\n').filter((line) => line.trim() !== '');
    expect(lines.length).toBeGreaterThanOrEqual(12);
    expect(lines.length).toBeLessThanOrEqual(30);
  });

  test('and each function has such a file', () => {
    expect(own.map(({ path }) => path).sort()).toEqual(
      platform.services.map(({ name }) => `knative/base/${name}.yaml`).sort(),
    );
  });
});

/** Knative completes them, and `kubectl apply` compares lists as a whole: what is left out looks changed, and is sent, every time. */
test.each(rendered.filter(({ manifest }) => manifest.apiVersion.startsWith('serving.knative.dev/')))(
  'nothing in the lists of Service $manifest.metadata.name is left for Knative to fill in',
  (service) => {
    const [container] = podOf(service).containers;
    expect(container).toMatchObject({
      name: expect.any(String),
      ports: [{ containerPort: 8080, name: 'http1', protocol: 'TCP' }],
      readinessProbe: { httpGet: { port: 8080 }, successThreshold: 1 },
      livenessProbe: { httpGet: { port: 8080 } },
    });
  },
);

describe('every function', () => {
  test.each(platform.services)(
    '$name is reached through the ingress only, is probed, and knows where everything is',
    (service) => {
      expect(service.clusterLocal).toBe(true);
      expect(service.readinessProbe?.path).toBe('/readyz');
      expect(service.livenessProbe?.path).toBe('/healthz');
      expect(service.container.env[0]).toMatchObject({
        kind: 'configMap',
        from: expect.stringMatching(/^platform-[a-z0-9]{10}$/),
        optional: false,
      });
      expect(service.container.env).toContainEqual({
        kind: 'secret',
        from: `${service.name}-redis`,
        prefix: '',
        optional: true,
      });
    },
  );

  test.each(platform.services)('$name can sleep, and grows within bounds', ({ autoscaling, containerConcurrency }) => {
    expect(autoscaling.minScale).toBe(0);
    expect(autoscaling.maxScale).toBeGreaterThan(0);
    expect(containerConcurrency).toBeGreaterThan(0);
  });

  test.each(withPods)(
    '$name runs as the Pod Security Standard "restricted" asks for, with an account of its own',
    (each) => {
      const pod = podOf(each);
      expect(pod.containers[0]!.securityContext).toEqual({
        runAsNonRoot: true,
        readOnlyRootFilesystem: true,
        allowPrivilegeEscalation: false,
        capabilities: { drop: ['ALL'] },
        seccompProfile: { type: 'RuntimeDefault' },
      });
      expect(pod.containers[0]!.resources).toMatchObject({
        requests: { cpu: expect.anything(), memory: expect.anything() },
        limits: { memory: expect.anything() },
      });
      const account = rendered.find(
        ({ manifest }) => manifest.kind === 'ServiceAccount' && manifest.metadata.name === pod.serviceAccountName,
      );
      // The journal alone asks Kubernetes something.
      expect(account?.manifest).toMatchObject({
        metadata: { name: each.name },
        automountServiceAccountToken: each.name === 'journal',
      });
    },
  );
});

test('no Secret and no password is in the manifests', () => {
  expect(rendered.filter(({ manifest }) => manifest.kind === 'Secret')).toEqual([]);
  const written = withPods.flatMap((each) =>
    podOf(each).containers.flatMap(({ env = [] }) => env.map(({ name }) => name)),
  );
  expect(written.filter((name) => /PASSWORD|SECRET|TOKEN|DATABASE|REDIS/.test(name))).toEqual([]);
});

test('a changed setting makes a new Revision: the ConfigMap is called otherwise, and every Service follows', () => {
  const from = (folder: string) =>
    readPlatform(render(join(project, folder))).services.map(({ container }) => container.env[0]);
  const [base, local] = [from('knative/base'), from('knative/overlays/local')];
  expect(new Set(base.map((source) => JSON.stringify(source))).size).toBe(1);
  expect(local[0]).not.toEqual(base[0]);
});

test('an event is tried for ten minutes before it counts as undeliverable, with ever longer pauses', () => {
  const [broker, another] = platform.brokers;
  expect(another).toBeUndefined();
  const { retry = 0, backoffDelayMs = 0, backoffPolicy } = broker!.delivery;
  expect(backoffPolicy).toBe('exponential');
  expect((backoffDelayMs * (2 ** retry - 1)) / 60_000).toBeGreaterThan(10);
});

describe('a route', () => {
  interface Route {
    name: string;
    match?: { method?: { regex?: string; exact?: string } }[];
    route?: object[];
    timeout: string;
    retries: { attempts: number; retryOn?: string; backoff?: string };
  }
  const { http } = rendered.find(({ manifest }) => manifest.kind === 'VirtualService')!.manifest.spec as {
    http: Route[];
  };
  const routes = http
    .filter(({ route }) => route)
    .map((route) => ({ ...route, seconds: Number.parseInt(route.timeout, 10) }));
  const isRead = ({ match = [{}] }: Route) => match.every(({ method }) => method?.regex === 'GET|HEAD');
  const serviceSeconds = platform.services.map(({ timeoutMs }) => timeoutMs / 1_000);

  test.each(routes.filter(isRead))(
    'to $name for reads is short, and taken twice more where nobody answered or queue-proxy did',
    ({ seconds, retries }) => {
      expect(seconds).toBeLessThan(Math.min(...serviceSeconds));
      expect(retries).toEqual({ attempts: 2, retryOn: 'connect-failure,refused-stream,reset,502', backoff: '300ms' });
    },
  );

  test.each(routes.filter((each) => !isRead(each)))(
    'to $name for writes is never taken twice, and lasts longer than its Service may',
    ({ seconds, retries }) => {
      expect(seconds).toBeGreaterThan(Math.max(...serviceSeconds));
      expect(retries).toEqual({ attempts: 0 });
    },
  );

  test('for reads comes right before the one for the rest', () => {
    // Log-ins have routes of their own, which take nothing but POST.
    const whole = routes.filter(({ match = [{}] }) => !match.every(({ method }) => method?.exact === 'POST'));
    const reads = whole.filter((_, index) => index % 2 === 0);
    expect(whole.map((each) => [each.name, isRead(each)])).toEqual(
      reads.flatMap(({ name }) => [
        [name, true],
        [name, false],
      ]),
    );
  });
});

describe("the ingress keeps what is the cluster's own to itself", () => {
  const internal = platform.virtualHosts[0]!.routes.find(({ name }) => name === 'internal')!;
  const closed = (path: string) =>
    internal.match.some(({ uri }) => uri?.kind === 'regex' && new RegExp(`^(?:${uri.value})$`).test(path));
  const encoded = (character: string, upper: boolean) => {
    const hex = character.charCodeAt(0).toString(16);
    return `%${upper ? hex.toUpperCase() : hex}`;
  };

  test('before any other route to a function', () => {
    const { routes } = platform.virtualHosts[0]!;
    expect(routes.findIndex(({ action }) => action.kind === 'route')).toBeGreaterThan(routes.indexOf(internal));
  });

  test('however its name is encoded', () => {
    fc.assert(
      fc.property(
        fc.constantFrom('/events', '/dead-letters', '/batches', '/healthz', '/readyz', '/metrics'),
        fc.array(fc.constantFrom('no', 'lower', 'upper'), { minLength: 13, maxLength: 13 }),
        (path, how) => {
          const disguised = [...path]
            .map((character, index) =>
              index === 0 || how[index] === 'no' ? character : encoded(character, how[index] === 'upper'),
            )
            .join('');
          expect(closed(disguised)).toBe(true);
        },
      ),
    );
  });

  test('and no path that a client writes as the URL standard does is taken for it', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (name) => {
        fc.pre(!/[\uD800-\uDFFF]/u.test(name));
        expect(closed(`/blog/posts/${encodeURIComponent(name)}`)).toBe(false);
        expect(closed(new URL(`/blog/${name.replaceAll(/[%?#]/g, '')}`, 'http://host').pathname)).toBe(false);
      }),
    );
  });
});
