import { addressOf } from '@dormouse/eventing/delivery/attempt';
import { readEvents } from '@dormouse/eventing/store/cloudevents';
import type { Destination, Trigger } from '@dormouse/manifests/model';
import type { Upstream, UpstreamRequest, UpstreamResponse } from '@dormouse/serving/proxy/upstream';
import type { VirtualClock } from '@dormouse/time/virtual-clock';
import type { Activity } from './activity.ts';
import { eventData } from './event-data.ts';
import { hand, type Receiver, responseOf } from './receiver.ts';
import { type Call, Sink } from './sink.ts';

/** An attempt to deliver an event, with its result. */
export interface Attempt {
  /** Milliseconds since the epoch, in the harness' time. */
  at: number;
  /** Address as on a cluster. */
  to: string;
  /** The dead-letter sink was tried, not the subscriber. */
  deadLetter: boolean;
  /** `undefined` when there was no answer (yet). */
  status: number | undefined;
  /** Error when there was no response. */
  error: string | undefined;
}

/** Delivers for the broker, and records every attempt. */
export interface Courier extends Upstream {
  /** A copy of the Trigger whose deliveries carry its name, so that Triggers with one subscriber can be distinguished. */
  tagged(trigger: Trigger): Trigger;
  /** A PingSource's sink, likewise. */
  taggedSink(name: string, sink: Destination): Destination;
  /** A Trigger's attempts for one event, oldest first. */
  attempts(trigger: string, event: { source: string; id: string }): Attempt[];
  /** A receiver's calls, oldest first. */
  calls(receiver: string): Call[];
}

export interface CourierOptions {
  receivers: ReadonlyMap<string, Receiver>;
  clock: VirtualClock;
  activity: Activity;
  /** `http://127.0.0.1:PORT` of the brokers. */
  brokerOrigin: string;
}

/** @see Courier */
export function openCourier({ receivers, clock, activity, brokerOrigin }: CourierOptions): Courier {
  const ways = new Map<Destination, { trigger: string; deadLetter: boolean }>();
  const made: { call: Call; receiver: string; attempt: Attempt }[] = [];
  const tag = (to: Destination, trigger: string, deadLetter: boolean): Destination => {
    const own = { ...to };
    ways.set(own, { trigger, deadLetter });
    return own;
  };

  const noted = (to: Destination, request: UpstreamRequest) => {
    const way = ways.get(to) ?? { trigger: '', deadLetter: false };
    const [event = { attributes: {}, data: undefined }] = readEvents(request.headers, request.body);
    const receiver = to.kind === 'url' ? to.url : to.name;
    const { source = '', id = '' } = event.attributes;
    const before = made.filter(
      (each) => each.receiver === receiver && each.call.trigger === way.trigger && isOf(each.call, { source, id }),
    );
    const host = to.kind === 'url' ? to.url : `${to.name}.${to.namespace}.svc.cluster.local`;
    const { path, headers } = request;
    const call: Call = {
      to: host,
      path,
      ...way,
      attributes: event.attributes,
      data: eventData(event.data?.toString('utf8')),
      headers,
      attempt: before.length + 1,
      at: clock.now(),
    };
    const attempt: Attempt = {
      at: call.at,
      to: addressOf(to),
      deadLetter: way.deadLetter,
      status: undefined,
      error: undefined,
    };
    made.push({ call, receiver, attempt });
    return { call, attempt };
  };

  const delivered = (to: Destination, request: UpstreamRequest, call: Call): Promise<UpstreamResponse> | 'never' => {
    if (to.kind === 'broker') return hand(brokerOrigin, '', request);
    const receiver = receivers.get(to.kind === 'url' ? to.url : to.name);
    if (!(receiver instanceof Sink)) return hand(receiver ?? (to as { url: string }).url, call.to, request);
    const sinkResponse = receiver.next(call);
    return sinkResponse === 'hang' ? 'never' : responseOf(sinkResponse);
  };

  return {
    tagged(trigger) {
      const { deadLetterSink } = trigger.delivery;
      const delivery = {
        ...trigger.delivery,
        ...(deadLetterSink && { deadLetterSink: tag(deadLetterSink, trigger.name, true) }),
      };
      return { ...trigger, subscriber: tag(trigger.subscriber, trigger.name, false), delivery };
    },
    taggedSink: (name, to) => tag(to, name, false),
    attempts: (trigger, event) =>
      made.filter(({ call }) => call.trigger === trigger && isOf(call, event)).map(({ attempt }) => attempt),
    calls: (receiver) => made.filter((each) => each.receiver === receiver).map(({ call }) => call),
    async request(to, request) {
      const { call, attempt } = noted(to, request);
      const sinkResponse = delivered(to, request, call);
      const end =
        sinkResponse === 'never'
          ? () => {}
          : activity.begin(
              `${call.trigger} delivers ${call.attributes.type} ${call.attributes.id} to ${call.to}${call.path}`,
            );
      try {
        const response = await inTime(
          sinkResponse === 'never' ? new Promise<never>(() => {}) : sinkResponse,
          request.timeoutMs,
          clock,
        );
        attempt.status = response.status;
        return response;
      } catch (error) {
        attempt.error = (error as Error).message;
        throw error;
      } finally {
        end();
      }
    },
  };
}

const isOf = ({ attributes }: Call, { source, id }: { source: string; id: string }) =>
  attributes.source === source && attributes.id === id;

async function inTime<T>(sinkResponse: Promise<T>, timeoutMs: number, clock: VirtualClock): Promise<T> {
  const late = Promise.withResolvers<never>();
  const timer = clock.setTimeout(
    () => late.reject(Object.assign(new Error(`no answer within ${timeoutMs} ms`), { code: 'TIMEOUT' })),
    timeoutMs,
  );
  return await Promise.race([sinkResponse, late.promise]).finally(() => clock.clearTimeout(timer));
}
