import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { openBrokers } from '@dormouse/eventing/broker';
import { maxHeadBytes } from '@dormouse/eventing/broker-ingress';
import { memoryStore } from '@dormouse/eventing/log/memory-store';
import { startPingSources } from '@dormouse/eventing/ping-source';
import type { Broker, Destination } from '@dormouse/manifests/model';
import { Telemetry } from '@dormouse/telemetry/telemetry';
import { virtualClock } from '@dormouse/time/virtual-clock';
import { openActivity } from './activity.ts';
import { openCourier } from './courier.ts';
import {
  brokerOf,
  type DeliverySpec,
  type Eventing,
  milliseconds,
  readEventing,
  type TriggerSpec,
  triggerOf,
} from './eventing.ts';
import type { Receiver } from './receiver.ts';
import { type Reports, reportsOn } from './reports.ts';
import { type SendOptions, type SentEvent, sending } from './send.ts';
import { type Call, sink } from './sink.ts';

/** Receivers by the names that Triggers, dead-letter sinks and PingSources use for them; by URL where they use one. */
export type Receivers = Readonly<Record<string, Receiver>>;

export interface HarnessOptions {
  /** Folders with a kustomization.yaml, or YAML files, whose Brokers, Triggers and PingSources are used. */
  manifests?: readonly string[];
  /** Triggers defined in the test, of Broker `default` in namespace `default`. */
  triggers?: readonly TriggerSpec[];
  /** Delivery of Brokers that no manifest declares. */
  delivery?: DeliverySpec;
  /**
   * Receivers by Service; a factory gets the address to send events to (`K_SINK`). A Service without a receiver accepts everything
   * (202), and `calls` returns what it received.
   */
  receivers?: Receivers | ((sinkUrl: string) => Receivers | Promise<Receivers>);
  /** Resolves when activity outside of the harness has ended, for example when an outbox is empty. */
  idle?: () => Promise<unknown>;
  /** Start of the virtual time; default 2026-01-01T00:00:00Z. */
  startAt?: Date;
  /** Real milliseconds to wait for an expected outcome. Default: 10,000. */
  patienceMs?: number;
}

/** A broker with its Triggers and receivers, in virtual time. */
export interface Harness extends Reports {
  /** Address of the Broker, for `K_SINK`. */
  readonly sinkUrl: string;
  /** Spans and logs of the broker. */
  readonly telemetry: Telemetry;
  /** Milliseconds since the epoch. */
  now(): number;
  /** Sends an event through HTTP; resolves with its id once the broker has stored it. @throws Error when the broker rejects it */
  send<E extends SentEvent>(event: E, options?: SendOptions): Promise<string>;
  /** Resolves when all activity has ended until time advances. @throws Error with the pending activities */
  settle(): Promise<void>;
  /** Advances the virtual time (`PT5M`, or milliseconds): backoff, timeouts and PingSources' schedules fire in order. */
  advance(duration: string | number): Promise<void>;
  /** A receiver's calls, oldest first. */
  calls(receiver: string): Call[];
  close(): Promise<void>;
}

/**
 * Starts a broker in this process, in memory and in virtual time.
 *
 * @throws ManifestError for manifests that cannot be read, TypeError for a receiver that nothing delivers to
 */
export async function startHarness(options: HarnessOptions = {}): Promise<Harness> {
  const eventing = eventingOf(options);
  const gate = await openGate();
  return await openHarness(options, eventing, gate).catch(async (error) => {
    await gate.close();
    throw error;
  });
}

/** Where events are sent to; what answers them may be put in place later. */
interface Gate {
  origin: string;
  handle: (request: IncomingMessage, response: ServerResponse) => void;
  close(): Promise<void>;
}

async function openGate(): Promise<Gate> {
  const server = createServer({ maxHeaderSize: maxHeadBytes }, (request, response) => gate.handle(request, response));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const gate: Gate = {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    handle: (_, response) => void response.writeHead(503).end(),
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  return gate;
}

async function openHarness(options: HarnessOptions, eventing: Eventing, gate: Gate): Promise<Harness> {
  const { idle = async () => {}, patienceMs = 10_000 } = options;
  const clock = virtualClock(options.startAt?.getTime());
  const telemetry = new Telemetry();
  const activity = openActivity({ clock, idle, patienceMs });
  const [main] = eventing.brokers;
  const sinkUrl = `${gate.origin}/${main?.namespace}/${main?.name}`;
  const given = typeof options.receivers === 'function' ? await options.receivers(sinkUrl) : (options.receivers ?? {});
  const courier = openCourier({ receivers: withStandIns(eventing, given), clock, activity, brokerOrigin: gate.origin });
  const triggers = eventing.triggers.map(courier.tagged);
  const brokers = await openBrokers({
    folder: '/',
    brokers: eventing.brokers,
    triggers,
    upstream: courier,
    telemetry,
    clock,
    stores: () => memoryStore(),
  });
  brokers.watch(activity.note);
  gate.handle = (request, response) => {
    response.once('close', activity.begin(`${request.method} ${request.url}`));
    brokers.handle(request, response);
  };
  const sources = eventing.pingSources.map((source) => ({
    ...source,
    sink: courier.taggedSink(source.name, source.sink),
  }));
  const pings = startPingSources({ sources, upstream: courier, telemetry, clock });
  return {
    ...reportsOn({ brokers, triggers, courier, activity, patienceMs }),
    sinkUrl,
    telemetry,
    now: clock.now,
    send: sending(sinkUrl),
    settle: activity.settle,
    async advance(duration) {
      const until = clock.now() + milliseconds(duration);
      await activity.settle();
      for (let next = clock.next; next !== undefined && next <= until; next = clock.next) {
        await clock.advance(Math.max(0, next - clock.now()));
        await activity.settle();
      }
      await clock.advance(until - clock.now());
    },
    calls: courier.calls,
    async close() {
      pings.stop();
      const closed = brokers.close();
      await clock.advance(10_000); // close does not wait for a receiver that never responds
      await closed;
      await gate.close();
    },
  };
}

/** What manifests and the test itself declare, with the Brokers they leave out. */
function eventingOf({ manifests = [], triggers: byHand = [], delivery }: HarnessOptions): Eventing {
  const { brokers, triggers, pingSources } = readEventing(manifests);
  triggers.push(...byHand.map(triggerOf));
  const names = triggers.map(({ name }) => name);
  const twice = names.find((name, i) => names.indexOf(name) !== i);
  if (twice) throw new TypeError(`there are two Triggers ${twice}`);
  const brokerAt = (namespace: string, name: string): Broker => {
    const known = brokers.find((broker) => broker.name === name && broker.namespace === namespace);
    if (known) return known;
    brokers.push(brokerOf(delivery, { name, namespace }));
    return brokers.at(-1) as Broker;
  };
  const whole = triggers.map((trigger) => ({
    ...trigger,
    delivery: { ...brokerAt(trigger.namespace, trigger.broker).delivery, ...trigger.delivery },
  }));
  if (brokers.length === 0) brokers.push(brokerOf(delivery));
  return { brokers, triggers: whole, pingSources };
}

/** The receivers given, and one that takes everything for each Service that has none. */
function withStandIns({ triggers, pingSources }: Eventing, given: Receivers): Map<string, Receiver> {
  const destinations = [
    ...triggers.flatMap(({ subscriber, delivery }) => [subscriber, delivery.deadLetterSink]),
    ...pingSources.map((source) => source.sink),
  ];
  const nameOf = (to: Destination | undefined) =>
    to?.kind === 'service' ? [to.name] : to?.kind === 'url' ? [to.url] : [];
  const names = new Set(destinations.flatMap(nameOf));
  const unknown = Object.keys(given).find((name) => !names.has(name));
  if (unknown)
    throw new TypeError(
      `nothing delivers to ${unknown}: Triggers, dead-letter sinks and PingSources name ${[...names].join(', ')}`,
    );
  return new Map([...names].map((name) => [name, given[name] ?? sink()]));
}
