/** One delivery that a receiver got. */
export interface Call {
  /** Name and namespace of the Service (`categories.dormouse`), or a URL. */
  to: string;
  path: string;
  /** The Trigger (or PingSource) that it came by. */
  trigger: string;
  /** It came because the subscriber did not take the event. */
  deadLetter: boolean;
  /** Attributes of the event, extensions among them, decoded. */
  attributes: Readonly<Record<string, string>>;
  /** JSON's value; text when it is no JSON, `undefined` when there is none. */
  data: unknown;
  /** The HTTP request's header fields, lower-case. */
  headers: Readonly<Record<string, string>>;
  /** The how manieth attempt to give this event to this receiver by this Trigger, from 1. */
  attempt: number;
  /** When, in the harness' own time, milliseconds since the epoch. */
  at: number;
}

/**
 * What a scripted sink answers: a status, nothing at all until the delivery times out (`hang`), a connection that is closed without an
 * answer (`close`), or a whole response; with `event` it replies with an event.
 */
export type SinkResponse =
  | number
  | 'hang'
  | 'close'
  | { status?: number; headers?: Record<string, string>; body?: string; event?: Record<string, unknown> };

/** A receiver whose answers are written down beforehand. It remembers what it got. */
export class Sink {
  /** Oldest first. */
  readonly calls: Call[] = [];
  #responses: (call: Call, number: number) => SinkResponse;

  constructor(responses: (call: Call, number: number) => SinkResponse) {
    this.#responses = responses;
  }

  /** Takes a delivery. */
  next(call: Call): SinkResponse {
    this.calls.push(call);
    return this.#responses(call, this.calls.length);
  }
}

/**
 * A sink that gives `answers` one after the other, the last of them for ever; or what a function makes of each call.
 *
 * @example sink([503, 503, 202])
 * @example sink(({ attributes }) => (attributes.subject === 'order/13' ? 422 : 202))
 */
export function sink(responses: readonly SinkResponse[] | ((call: Call) => SinkResponse) = [202]): Sink {
  if (typeof responses === 'function') return new Sink(responses);
  if (responses.length === 0) throw new TypeError('a sink needs at least one answer');
  return new Sink((_, number) => responses[Math.min(number, responses.length) - 1] as SinkResponse);
}
