import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { brokerOfChannel } from '@dormouse/manifests/channel-address';
import type { Broker, Channel, Delivery, Destination, Filter, Subscription, Trigger } from '@dormouse/manifests/model';
import type { Upstream, UpstreamRequest, UpstreamResponse } from '@dormouse/serving/proxy/upstream';
import { Telemetry } from '@dormouse/telemetry/telemetry';
import { type VirtualClock, virtualClock } from '@dormouse/time/virtual-clock';
import { type Brokers, openBrokers } from './broker.ts';
import { maxHeadBytes } from './broker-ingress.ts';
import { withChannels } from './channels.ts';
import { type MemoryStore, memoryStore } from './log/memory-store.ts';

/** Response of a test's consumer; a number is a status without a body. */
export type ConsumerResponse = number | Partial<UpstreamResponse> | Error;

/** A call that a consumer got. */
export interface Call extends UpstreamRequest {
  to: string;
  id: string;
  atMs: number;
}

export interface Bench {
  brokers: Brokers;
  telemetry: Telemetry;
  clock: VirtualClock;
  calls: Call[];
  reports: string[];
  stores: Map<string, MemoryStore>;
  /** What the consumer of a name does; 202 by default. */
  consumers: Map<string, (call: Call) => ConsumerResponse | Promise<ConsumerResponse>>;
  /** Sends an event through HTTP, to a channel where one is named; resolves to the status. */
  send(attributes: Record<string, string>, body?: string, channel?: string): Promise<number>;
  /** Resolves when nothing is under way: what is left waits for a time to come. */
  settle(): Promise<void>;
  url: string;
  /** Opens the brokers again on what is on disk, as after a kill: nothing is closed or flushed. */
  crash(options?: Partial<Setup>): Promise<Bench>;
  close(): Promise<void>;
}

export interface Setup {
  broker: Partial<Delivery>;
  triggers: Trigger[];
  channels: readonly Channel[];
  subscriptions: readonly Subscription[];
  stores: Map<string, MemoryStore>;
  clock: VirtualClock;
  segmentBytes: number;
  concurrency: number;
  retention: { maxBytes: number; maxAgeMs: number };
  consumers: Bench['consumers'];
}

const origin = { file: 'broker.yaml', line: 1 };

export const service = (name: string, path = '/events'): Destination => ({
  kind: 'service',
  name,
  namespace: 'dormouse',
  path,
});

export const brokerOf = (delivery: Partial<Delivery> = {}, name = 'default'): Broker => ({
  name,
  namespace: 'dormouse',
  class: 'MTChannelBasedBroker',
  delivery,
  origin,
});

export const channel = (name: string, delivery: Partial<Delivery> = {}): Channel => ({
  name,
  namespace: 'dormouse',
  kind: 'InMemoryChannel',
  delivery,
  origin,
});

export const toChannel = (name: string): Destination => ({ kind: 'channel', name, namespace: 'dormouse' });

/** A Subscription of a channel whose subscriber is the Service with its name. */
export const subscription = (name: string, from: string, more: Partial<Subscription> = {}): Subscription => ({
  name,
  namespace: 'dormouse',
  channel: { name: from, kind: 'InMemoryChannel' },
  subscriber: service(name),
  reply: undefined,
  delivery: {},
  origin,
  ...more,
});

export const trigger = (
  name: string,
  filters: readonly Filter[] = [],
  delivery: Partial<Delivery> = {},
  more: Partial<Trigger> = {},
): Trigger => ({
  name,
  namespace: 'dormouse',
  broker: 'default',
  filters,
  subscriber: service(name),
  delivery,
  origin,
  ...more,
});

/** A broker `dormouse/default` in memory, behind a real HTTP listener, with scripted consumers and its own time. */
export async function bench(setup: Partial<Setup> = {}): Promise<Bench> {
  const clock = setup.clock ?? virtualClock();
  const telemetry = new Telemetry();
  const stores = setup.stores ?? new Map<string, MemoryStore>();
  const consumers = setup.consumers ?? new Map();
  const calls: Call[] = [];
  const reports: string[] = [];
  let dead = false;
  let forwarding = 0;
  const upstream: Upstream = {
    async request(to, request) {
      if (dead) return new Promise(() => {});
      if (to.kind === 'channel') {
        forwarding++;
        try {
          const { status } = await fetch(addressOf(to.name), { ...request, body: new Uint8Array(request.body) });
          return { status, headers: {}, body: Buffer.alloc(0) };
        } finally {
          forwarding--;
        }
      }
      const call = {
        ...request,
        to: to.kind === 'url' ? to.url : to.name,
        id: request.headers['ce-id'] ?? '',
        atMs: clock.now(),
      };
      calls.push(call);
      const consumerResponse = (await consumers.get(call.to)?.(call)) ?? 202;
      if (consumerResponse instanceof Error) throw consumerResponse;
      return {
        status: 202,
        headers: {},
        body: Buffer.alloc(0),
        ...(typeof consumerResponse === 'number' ? { status: consumerResponse } : consumerResponse),
      };
    },
  };
  const open = (folder: string) => {
    const store = stores.get(folder) ?? memoryStore();
    stores.set(folder, store);
    return store;
  };
  const brokers = await openBrokers({
    folder: '/brokers',
    ...withChannels({
      brokers: [brokerOf(setup.broker)],
      triggers: setup.triggers ?? [],
      channels: setup.channels ?? [],
      subscriptions: setup.subscriptions ?? [],
    }),
    upstream,
    telemetry,
    clock,
    stores: open,
    report: (sentence) => reports.push(sentence),
    ...(setup.segmentBytes ? { segmentBytes: setup.segmentBytes } : {}),
    ...(setup.concurrency ? { concurrency: setup.concurrency } : {}),
    ...(setup.retention ? { retention: setup.retention } : {}),
  });
  const server = await listen(
    createServer({ maxHeaderSize: maxHeadBytes }, (request, response) => brokers.handle(request, response)),
  );
  const addressOf = (channel: string) => url.replace('default', brokerOfChannel(channel));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/dormouse/default`;
  const end = async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  };
  return {
    brokers,
    telemetry,
    clock,
    calls,
    reports,
    stores,
    consumers,
    url,
    async settle() {
      for (let idle = 0; idle < 3; ) {
        await clock.advance(0);
        await new Promise((resolve) => setImmediate(resolve));
        idle = forwarding === 0 ? idle + 1 : 0;
      }
    },
    async send(attributes, body = '{}', channel) {
      const headers = Object.fromEntries(
        Object.entries({ specversion: '1.0', source: '/posts', type: 'test', ...attributes }).map(([name, value]) => [
          `ce-${name}`,
          value,
        ]),
      );
      const response = await fetch(channel === undefined ? url : addressOf(channel), {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...headers },
        body,
      });
      await response.arrayBuffer();
      return response.status;
    },
    async crash(options = {}) {
      dead = true;
      await end();
      for (const store of stores.values()) store.losePower();
      return bench({ ...setup, stores, consumers, clock: virtualClock(clock.now()), ...options });
    },
    async close() {
      await end();
      const closed = brokers.close();
      await clock.advance(10_000); // close does not wait for a consumer that never responds
      await closed;
    },
  };
}

const listen = (server: Server) =>
  new Promise<Server>((resolve) => server.listen(0, '127.0.0.1', () => resolve(server)));
