import type { IncomingHttpHeaders } from 'node:http';
import {
  newSpanId,
  newTraceId,
  readTraceparent,
  type TraceContext,
  writeTraceparent,
} from '@dormouse/telemetry/traceparent';
import type { Clock } from '@dormouse/time/clock';
import { type CloudEvent, InvalidEventError } from './store/cloudevents.ts';
import type { BrokerEvent, Carried } from './store/stored-event.ts';

/** An event as the broker stores it, with its trace. */
export interface ReceivedEvent {
  event: BrokerEvent;
  parent: TraceContext | undefined;
  trace: TraceContext;
}

const defaultTtl = 255;
/** Says which events' traces are sampled. */
export interface Samplers {
  /** Of traces that begin here. */
  own: () => boolean;
  /** Of those that whoever sends the event has sampled: functions', whose number the ingress limits, and anybody's. */
  wanted: () => boolean;
}

/** Ten new traces a second are sampled, and a hundred that senders want sampled. */
export const samplers = (clock: Clock): Samplers => ({ own: sampler(clock, 10), wanted: sampler(clock, 100) });

/** Says yes to the first `sampledPerSecond` of each second. */
function sampler(clock: Clock, sampledPerSecond: number): () => boolean {
  let current = { second: 0, left: 0 };
  return () => {
    const second = Math.floor(clock.now() / 1000);
    if (second !== current.second) current = { second, left: sampledPerSecond };
    return current.left-- > 0;
  };
}

/**
 * Headers of a request as they are true of one of its events: of a batch each may have begun in another trace than the one that the request names.
 */
export function headersFor(headers: IncomingHttpHeaders, { attributes }: CloudEvent): IncomingHttpHeaders {
  const own = readTraceparent(attributes.traceparent);
  if (!own || own.traceId === readTraceparent(headers.traceparent)?.traceId) return headers;
  const { traceparent: _, ...others } = headers;
  return others;
}

/**
 * Takes the trace context from the request's header, else from the event's extension, else starts a new trace.
 *
 * @throws InvalidEventError when the event may not be forwarded any more
 */
export function receiveEvent(
  headers: IncomingHttpHeaders,
  { attributes, data }: CloudEvent,
  { own, wanted }: Samplers,
): ReceivedEvent {
  const { knativebrokerttl, ...kept } = attributes;
  const parent = readTraceparent(headers.traceparent) ?? readTraceparent(attributes.traceparent);
  const trace = {
    traceId: parent?.traceId ?? newTraceId(),
    spanId: newSpanId(),
    sampled: parent ? parent.sampled && wanted() : own(),
  };
  const event: BrokerEvent = {
    attributes: kept,
    data,
    traceparent: writeTraceparent(trace),
    ttl: readTtl(knativebrokerttl),
  };
  const carried = carriedBy(headers);
  if (carried) event.carried = carried;
  return { event, parent, trace };
}

/**
 * Headers that the broker forwards to consumers: tracestate and baggage (W3C), and those that Knative's brokers forward.
 * Drops long or unprintable values, and a tracestate without its traceparent.
 */
function carriedBy(headers: IncomingHttpHeaders): Carried | undefined {
  let carried: Record<string, string> | undefined;
  let bytes = 0;
  for (const name in headers) {
    if (
      name !== 'tracestate' &&
      name !== 'baggage' &&
      name !== 'x-request-id' &&
      !name.startsWith('knative-') &&
      !name.startsWith('k-eventing-')
    )
      continue;
    if (name === 'tracestate' && !readTraceparent(headers.traceparent)) continue;
    const value = headers[name];
    if (
      typeof value !== 'string' ||
      value.length > (maxCarriedValueBytes[name] ?? 1024) ||
      !/^[\x20-\x7e]+$/.test(value)
    )
      continue;
    if ((bytes += name.length + value.length) > maxCarriedBytes) break;
    carried ??= {};
    carried[name] = value;
  }
  return carried;
}

/** The lengths that every implementation must propagate: W3C Trace Context, section 3.3.1.5, and Baggage, section 3.3.2. */
const maxCarriedValueBytes: Readonly<Record<string, number>> = { tracestate: 512, baggage: 8192 };
const maxCarriedBytes = 9 * 1024;

function readTtl(value: string | undefined): number {
  if (value === undefined) return defaultTtl;
  if (!/^\d{1,9}$/.test(value) || Number(value) === 0)
    throw new InvalidEventError('knativebrokerttl is used up or not a positive integer');
  return Number(value);
}
