import { setTimeout as sleep } from 'node:timers/promises';
import { request } from 'undici';
import { kubectl } from '../kubectl.ts';
import { eventually } from '../platform.ts';
import { coldPaths } from './cold.ts';
import { number, range, row } from './format.ts';
import { percentile, spread } from './statistics.ts';

const functions = ['web', 'posts', 'auth'] as const;
type Name = (typeof functions)[number];

/** Milliseconds until the first byte of the answer: with no pod, and right after it with one. */
interface Times {
  asleep: number[];
  awake: number[];
}

export interface ClusterColdOptions {
  /** `INGRESS`: where people reach the blog. */
  ingress: string;
  namespace: string;
  rounds: number;
  progress: (line: string) => void;
}

const hostOf = (name: Name) => `${name}.cold.invalid`;
const copyOf = (name: Name) => `cold-${name}`;

/**
 * Cold starts on the cluster that kubectl speaks to. Each function is measured by a copy of its Service beside it, `cold-NAME`: the same revision
 * template, but asleep after 6 s, and a host of its own at the same gateway; so nobody else wakes it and nobody is disturbed. A request is sent
 * when no pod of the copy is left but those that were told to stop.
 */
export async function clusterColdStarts({
  ingress,
  namespace,
  rounds,
  progress,
}: ClusterColdOptions): Promise<Record<Name, Times>> {
  const inNamespace = (...args: string[]) => kubectl(['--namespace', namespace, ...args]);
  const copies = functions.map((name) => `services.serving.knative.dev/${copyOf(name)}`);
  const times = Object.fromEntries(functions.map((name) => [name, { asleep: [], awake: [] }])) as unknown as Record<
    Name,
    Times
  >;
  const services = await Promise.all(
    functions.map(async (name) =>
      copied(JSON.parse(await inNamespace('get', 'services.serving.knative.dev', name, '-o', 'json'))),
    ),
  );
  await inNamespace('delete', ...copies, '--ignore-not-found');
  try {
    await kubectl(
      ['apply', '-f', '-'],
      JSON.stringify({ apiVersion: 'v1', kind: 'List', items: [...services, routes(namespace)] }),
    );
    await inNamespace('wait', '--for=condition=Ready', '--timeout=180s', ...copies);
    for (let round = 0; round < rounds; round++) {
      await eventually(
        async () => (await running(inNamespace)).length,
        (count) => count === 0,
        300,
      );
      await sleep(2000);
      for (const name of functions) {
        times[name].asleep.push(await firstByte(ingress, name));
        times[name].awake.push(await firstByte(ingress, name));
      }
      progress(
        `cold starts: round ${round + 1} of ${rounds}: ${functions.map((name) => `${name} ${number(times[name].asleep.at(-1)!)}`).join(', ')} ms`,
      );
    }
  } finally {
    await inNamespace('delete', 'virtualservices.networking.istio.io/cold', ...copies, '--ignore-not-found');
  }
  return times;
}

export function clusterColdTable(
  times: Record<Name, Times>,
  head: (title: string, ...cells: string[]) => void,
  lines: string[],
): void {
  head('On a cluster, ms to the first byte: median (min–max)', 'function', 'n', 'asleep', 'p95', 'awake');
  for (const name of functions) {
    const { asleep, awake } = times[name];
    lines.push(
      row(name, String(asleep.length), range(spread(asleep)), number(percentile(asleep, 0.95)), range(spread(awake))),
    );
  }
}

interface Service {
  metadata: { name: string; namespace: string; labels?: Record<string, string> };
  spec: { template: { metadata?: { annotations?: Record<string, string> }; spec: object } };
}

/** The same function under another name, asleep sooner. */
function copied({ metadata, spec }: Service) {
  const annotations = { ...spec.template.metadata?.annotations, 'autoscaling.knative.dev/window': '6s' };
  return {
    apiVersion: 'serving.knative.dev/v1',
    kind: 'Service',
    metadata: {
      name: copyOf(metadata.name as Name),
      namespace: metadata.namespace,
      labels: { 'networking.knative.dev/visibility': 'cluster-local' },
    },
    spec: { template: { metadata: { annotations }, spec: spec.template.spec } },
  };
}

/** The way that the blog's own routes take, by a host of each copy. */
const routes = (namespace: string) => ({
  apiVersion: 'networking.istio.io/v1',
  kind: 'VirtualService',
  metadata: { name: 'cold', namespace },
  spec: {
    hosts: functions.map(hostOf),
    gateways: ['dormouse'],
    http: functions.map((name) => ({
      match: [{ authority: { prefix: hostOf(name) } }],
      rewrite: { authority: `${copyOf(name)}.${namespace}.svc.cluster.local` },
      route: [{ destination: { host: 'knative-local-gateway.istio-system.svc.cluster.local' } }],
    })),
  },
});

interface Pod {
  metadata: { labels: Record<string, string>; deletionTimestamp?: string };
}

/** Pods of the copies that were not told to stop. */
async function running(inNamespace: (...args: string[]) => Promise<string>): Promise<Pod[]> {
  const { items } = JSON.parse(
    await inNamespace(
      'get',
      'pods',
      '-l',
      `serving.knative.dev/service in (${functions.map(copyOf).join(',')})`,
      '-o',
      'json',
    ),
  ) as {
    items: Pod[];
  };
  return items.filter(({ metadata }) => !metadata.deletionTimestamp);
}

/** @throws Error unless it is answered 200 */
async function firstByte(ingress: string, name: Name): Promise<number> {
  const begin = performance.now();
  const { statusCode, body } = await request(ingress + coldPaths[name], {
    headers: { host: hostOf(name) },
    headersTimeout: 60_000,
  });
  const taken = performance.now() - begin;
  await body.dump();
  if (statusCode !== 200) throw new Error(`${name}: ${statusCode}`);
  return taken;
}
