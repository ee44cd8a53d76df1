import type { Destination, Trigger } from '@dormouse/manifests/model';
import type { Upstream, UpstreamRequest, UpstreamResponse } from '@dormouse/serving/proxy/upstream';
import type { VirtualClock } from '@dormouse/time/virtual-clock';
import type { Activity } from './activity.ts';
import { type Attempt, Deliveries } from './deliveries.ts';
import { hand, type Receiver, responseOf } from './receiver.ts';
import { type Call, Sink } from './sink.ts';

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
  const deliveries = new Deliveries(clock);
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
        ...(deadLetterSink && { deadLetterSink: deliveries.tag(deadLetterSink, trigger.name, true) }),
      };
      return { ...trigger, subscriber: deliveries.tag(trigger.subscriber, trigger.name, false), delivery };
    },
    taggedSink: (name, to) => deliveries.tag(to, name, false),
    attempts: (trigger, event) => deliveries.attempts(trigger, event),
    calls: (receiver) => deliveries.calls(receiver),
    async request(to, request) {
      const { call, attempt } = deliveries.begin(to, request);
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

async function inTime<T>(sinkResponse: Promise<T>, timeoutMs: number, clock: VirtualClock): Promise<T> {
  const late = Promise.withResolvers<never>();
  const timer = clock.setTimeout(
    () => late.reject(Object.assign(new Error(`no answer within ${timeoutMs} ms`), { code: 'TIMEOUT' })),
    timeoutMs,
  );
  return await Promise.race([sinkResponse, late.promise]).finally(() => clock.clearTimeout(timer));
}
