import { addressOf } from '@dormouse/eventing/delivery/attempt';
import { readEvents } from '@dormouse/eventing/store/cloudevents';
import type { Destination } from '@dormouse/manifests/model';
import type { UpstreamRequest } from '@dormouse/serving/proxy/upstream';
import type { VirtualClock } from '@dormouse/time/virtual-clock';
import { eventData } from './event-data.ts';
import type { Call } from './sink.ts';

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

interface Delivery {
  call: Call;
  receiver: string;
  attempt: Attempt;
}

/** The record of what was delivered, and for which Trigger. */
export class Deliveries {
  readonly #clock: VirtualClock;
  readonly #ways = new Map<Destination, { trigger: string; deadLetter: boolean }>();
  readonly #made: Delivery[] = [];

  constructor(clock: VirtualClock) {
    this.#clock = clock;
  }

  /** A copy of a destination; what is delivered to it is the Trigger's. */
  tag(to: Destination, trigger: string, deadLetter: boolean): Destination {
    const own = { ...to };
    this.#ways.set(own, { trigger, deadLetter });
    return own;
  }

  /** Records an attempt; its result is written into it later. */
  begin(to: Destination, request: UpstreamRequest): Delivery {
    const way = this.#ways.get(to) ?? { trigger: '', deadLetter: false };
    const [event = { attributes: {}, data: undefined }] = readEvents(request.headers, request.body);
    const receiver = to.kind === 'url' ? to.url : to.name;
    const { source = '', id = '' } = event.attributes;
    const before = this.#made.filter(
      (each) => each.receiver === receiver && each.call.trigger === way.trigger && isOf(each.call, { source, id }),
    );
    const call: Call = {
      to: to.kind === 'url' ? to.url : `${to.name}.${to.namespace}.svc.cluster.local`,
      path: request.path,
      ...way,
      attributes: event.attributes,
      data: eventData(event.data?.toString('utf8')),
      headers: request.headers,
      attempt: before.length + 1,
      at: this.#clock.now(),
    };
    const { deadLetter } = way;
    const attempt: Attempt = { at: call.at, to: addressOf(to), deadLetter, status: undefined, error: undefined };
    const delivery = { call, receiver, attempt };
    this.#made.push(delivery);
    return delivery;
  }

  /** A Trigger's attempts for one event, oldest first. */
  attempts(trigger: string, event: { source: string; id: string }): Attempt[] {
    return this.#made.filter(({ call }) => call.trigger === trigger && isOf(call, event)).map(({ attempt }) => attempt);
  }

  /** A receiver's calls, oldest first. */
  calls(receiver: string): Call[] {
    return this.#made.filter((each) => each.receiver === receiver).map(({ call }) => call);
  }
}

const isOf = ({ attributes }: Call, { source, id }: { source: string; id: string }) =>
  attributes.source === source && attributes.id === id;
