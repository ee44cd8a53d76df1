/**
 * A broker `dormouse/default` on the real disk in a process of its own, as the platform opens it. Started by `startBroker` with its
 * setup as argument; says where it listens and how long opening took; ends with whoever started it.
 */
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { openBrokers } from '@dormouse/eventing/broker';
import type { Delivery, Destination } from '@dormouse/manifests/model';
import { Activator } from '@dormouse/serving/proxy/activator';
import type { ServingEndpoint, Target } from '@dormouse/serving/proxy/exchange';
import { createInstanceConnections } from '@dormouse/serving/proxy/instance-connections';
import { createUpstream } from '@dormouse/serving/proxy/upstream-client';
import { Telemetry } from '@dormouse/telemetry/telemetry';

/** A Service with one instance at a port, reached through its activator as on the platform, or an address outside of it. */
export type Subscriber = { port: number; path: string } | { url: string };

export interface BrokerSetup {
  folder: string;
  /** By the name of their trigger. */
  triggers: Record<string, Subscriber>;
  delivery?: Partial<Delivery>;
  /** 1 syncs each event by itself. */
  commitRecords?: number;
}

export interface BrokerProcess {
  port: number;
  pid: number;
  /** Milliseconds from the call of `openBrokers` until it resolved. */
  openMs: number;
  stop(): Promise<void>;
}

/** @see BrokerSetup */
export async function startBroker(setup: BrokerSetup): Promise<BrokerProcess> {
  const child = fork(import.meta.filename, [JSON.stringify(setup)]);
  const [{ port, openMs }] = (await Promise.race([once(child, 'message'), ended(child)])) as [
    { port: number; openMs: number },
  ];
  return {
    port,
    pid: child.pid as number,
    openMs,
    async stop() {
      child.disconnect();
      await once(child, 'exit');
    },
  };
}

async function ended(child: ChildProcess): Promise<never> {
  const [code] = await once(child, 'exit');
  throw new Error(`the broker ended with ${code}`);
}

async function run({ folder, triggers, delivery = {}, commitRecords }: BrokerSetup): Promise<void> {
  const origin = { file: 'bench', line: 1 };
  const destination = (name: string, to: Subscriber): Destination =>
    'url' in to ? { kind: 'url', url: to.url } : { kind: 'service', name, namespace: 'dormouse', path: to.path };
  const targets = new Map(
    Object.entries(triggers).flatMap(([name, to]) => ('port' in to ? [[name, target(name, to.port)] as const] : [])),
  );
  const started = performance.now();
  const brokers = await openBrokers({
    folder,
    brokers: [{ name: 'default', namespace: 'dormouse', class: 'MTChannelBasedBroker', delivery, origin }],
    triggers: Object.entries(triggers).map(([name, to]) => ({
      name,
      namespace: 'dormouse',
      broker: 'default',
      filters: [],
      subscriber: destination(name, to),
      delivery: {},
      origin,
    })),
    upstream: createUpstream({ target: (name) => targets.get(name), addressOf: (url) => url, brokerOrigin: () => '' }),
    telemetry: new Telemetry(),
    ...(commitRecords ? { commitRecords } : {}),
  });
  const openMs = performance.now() - started;
  const server = createServer((request, response) => brokers.handle(request, response));
  server.listen(0, '127.0.0.1', () => process.send?.({ port: (server.address() as AddressInfo).port, openMs }));
  process.once('disconnect', () => void brokers.close().then(() => process.exit(0)));
}

function target(name: string, port: number): Target {
  const activator = new Activator<ServingEndpoint>({ concurrency: 0, wake: () => undefined });
  activator.add({
    inFlight: 0,
    name: `${name}-00001`,
    connections: createInstanceConnections(port),
    activator,
    markSuspect: () => {},
  });
  return {
    name,
    authority: `${name}.dormouse.svc.cluster.local`,
    timeoutMs: 300_000,
    responseStartTimeoutMs: 300_000,
    activator,
  };
}

if (process.argv[1] === import.meta.filename) await run(JSON.parse(process.argv[2] as string) as BrokerSetup);
