/** One delivery that a receiver received. */
export interface Call {
  /** Name and namespace of the Service (`categories.dormouse`), or a URL. */
  to: string;
  path: string;
  /** The Trigger (or PingSource) that delivered it. */
  trigger: string;
  /** It is a dead letter: the subscriber did not accept the event. */
  deadLetter: boolean;
  /** Attributes of the event, extensions among them, decoded. */
  attributes: Readonly<Record<string, string>>;
  /** JSON's value; text when it is no JSON, `undefined` when there is none. */
  data: unknown;
  /** The HTTP request's header fields, lower-case. */
  headers: Readonly<Record<string, string>>;
  /** Number of the attempt for this event, receiver and Trigger, from 1. */
  attempt: number;
  /** When, in the harness' own time, milliseconds since the epoch. */
  at: number;
}

/**
 * A scripted response: a status, no response until the delivery times out (`hang`), a connection closed without a
 * response (`close`), or a whole response; with `event` it replies with an event.
 */
export type SinkResponse =
  | number
  | 'hang'
  | 'close'
  | { status?: number; headers?: Record<string, string>; body?: string; event?: Record<string, unknown> };

/** A receiver with scripted responses. It records its calls. */
export class Sink {
  /** Oldest first. */
  readonly calls: Call[] = [];
  #responses: (call: Call, number: number) => SinkResponse;

  constructor(responses: (call: Call, number: number) => SinkResponse) {
    this.#responses = responses;
  }

  /** Records a delivery and returns its response. */
  next(call: Call): SinkResponse {
    this.calls.push(call);
    return this.#responses(call, this.calls.length);
  }
}

/**
 * A sink that gives `responses` one after the other and repeats the last; or computes each response by a function.
 *
 * @example sink([503, 503, 202])
 * @example sink(({ attributes }) => (attributes.subject === 'order/13' ? 422 : 202))
 */
export function sink(responses: readonly SinkResponse[] | ((call: Call) => SinkResponse) = [202]): Sink {
  if (typeof responses === 'function') return new Sink(responses);
  if (responses.length === 0) throw new TypeError('a sink needs at least one response');
  return new Sink((_, number) => responses[Math.min(number, responses.length) - 1] as SinkResponse);
}
