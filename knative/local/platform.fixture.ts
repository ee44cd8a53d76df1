import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { defaultAutoscaling } from '@dormouse/manifests/autoscaling.fixture';
import type { HttpRoute, Job, Platform, Service } from '@dormouse/manifests/model';
import { loadOverlay } from './load.ts';
import { type RunningPlatform, startPlatform } from './platform.ts';
import type { PlatformOptions } from './platform-context.ts';

const origin = { file: 'by-hand.yaml', line: 1 };
export const noFields = { set: {}, add: {}, remove: [] };

/** A Service by hand; its image is `<name>.mjs` in the fixture's folder. */
export function service(
  name: string,
  changes: Partial<Omit<Service, 'autoscaling'>> & { autoscaling?: Partial<Service['autoscaling']> } = {},
): Service {
  return {
    name,
    namespace: 'test',
    clusterLocal: true,
    container: { image: `test/${name}`, command: [], args: [], env: [], volumes: [] },
    containerConcurrency: 0,
    timeoutMs: 20_000,
    responseStartTimeoutMs: 20_000,
    readinessProbe: undefined,
    livenessProbe: undefined,
    protocol: 'http1',
    template: '{}',
    origin,
    ...changes,
    autoscaling: { ...defaultAutoscaling, ...changes.autoscaling },
  };
}

/** A route to a Service; everything else of an HttpRoute as given. */
export function route(prefix: string, to: string, changes: Partial<HttpRoute> = {}): HttpRoute {
  return {
    name: to,
    match: [{ uri: { kind: 'prefix', value: prefix }, headers: {}, ignoreUriCase: false }],
    action: { kind: 'route', destinations: [{ service: to, namespace: 'test', weight: 100 }] },
    rewriteUri: undefined,
    timeoutMs: undefined,
    retries: undefined,
    requestHeaders: noFields,
    responseHeaders: noFields,
    origin,
    ...changes,
  };
}

export interface TestPlatform extends RunningPlatform {
  folder: string;
  home: string;
  printed: string[];
  /** Writes a program anew. */
  write(name: string, source: string): void;
  /** Replaces the Services, which take effect with `reload`. */
  change(services: readonly Service[]): void;
  get(path: string, init?: RequestInit): Promise<Response>;
  pids(name: string): number[];
  end(): Promise<void>;
}

export interface TestPlatformOptions {
  /** name → source of an ES module. */
  programs: Record<string, string>;
  services: readonly Service[];
  routes?: readonly HttpRoute[];
  jobs?: readonly Job[];
  options?: Partial<PlatformOptions>;
}

/** A platform of hand-written Services in a folder of its own. */
export async function testPlatform({
  programs,
  services,
  routes,
  jobs = [],
  options = {},
}: TestPlatformOptions): Promise<TestPlatform> {
  const folder = mkdtempSync(join(tmpdir(), 'dormouse-serving-'));
  const write = (name: string, source: string) => writeFileSync(join(folder, `${name}.mjs`), source);
  for (const [name, source] of Object.entries(programs)) write(name, source);
  const home = join(folder, 'home');
  mkdirSync(home);
  const printed: string[] = [];
  let current = services;
  const platformOf = (): Platform => ({
    services: current,
    brokers: [],
    triggers: [],
    channels: [],
    subscriptions: [],
    workers: [],
    sinkBindings: [],
    flows: [],
    pingSources: [],
    eventTypes: [],
    virtualHosts: [
      { name: 'all', hosts: ['*'], routes: routes ?? services.map(({ name }) => route(`/${name}`, name)), origin },
    ],
    jobs,
    jobSinks: [],
    configMaps: new Map(),
    secrets: new Map(),
    ignored: [],
  });
  const images = new Map(
    Object.keys(programs).map((name) => [`test/${name}`, { program: join(folder, `${name}.mjs`), files: [] }]),
  );
  const running = await startPlatform({
    home,
    root: folder,
    port: 0,
    consolePort: 0,
    prewarmed: false,
    tickMs: 200,
    load: async () => ({ platform: platformOf(), localConfig: { images, secrets: new Map(), files: [] }, files: [] }),
    print: (line) => printed.push(line),
    ...options,
  });
  return {
    ...running,
    folder,
    home,
    printed,
    write,
    change(next) {
      current = next;
    },
    get: (path, init) => fetch(running.url + path, init),
    pids: (name) => running.services().find((each) => each.name === name)?.pids ?? [],
    async end() {
      await running.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** A new folder below the machine's own for temporary ones, with files by path and content. */
export function writtenFolder(name: string, files: Readonly<Record<string, string>>): string {
  const folder = mkdtempSync(join(tmpdir(), `dormouse-${name}-`));
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), content);
  }
  return folder;
}

/** Runs the manifests in `k8s` of such a folder; its data are in `home`. */
export const startedIn = (folder: string): Promise<RunningPlatform> =>
  startPlatform({
    home: join(folder, 'home'),
    root: folder,
    port: 0,
    consolePort: 0,
    prewarmed: false,
    load: (options) => loadOverlay(join(folder, 'k8s'), folder, options),
  });

/** Asks until it holds. */
export async function eventually(holds: () => boolean | Promise<boolean>, what: string, seconds = 15): Promise<void> {
  for (const until = Date.now() + seconds * 1_000; Date.now() < until; ) {
    if (await holds()) return;
    await new Promise((done) => setTimeout(done, 20));
  }
  throw new Error(`not within ${seconds} s: ${what}`);
}

/** True while the process is there and no zombie. */
export function alive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
