import * as v from 'valibot';
import { type DataOf, dataschema, type EventContract } from './contract.ts';

/**
 * A structured CloudEvent (CloudEvents 1.0.2, JSON format) as Dormouse sends it: all of these attributes are always there, except the
 * trace's (W3C Trace Context of the span in which the event came to be).
 */
export interface EventEnvelope<T extends string = string, D = unknown> {
  readonly specversion: '1.0';
  readonly id: string;
  readonly type: T;
  readonly source: string;
  /** The aggregate: `post/42`. */
  readonly subject: string;
  /** RFC 3339. */
  readonly time: string;
  readonly datacontenttype: 'application/json';
  readonly dataschema: string;
  /** The same as `subject`: brokers that know keys keep the order per aggregate. */
  readonly partitionkey: string;
  readonly traceparent?: string;
  readonly tracestate?: string;
  readonly data: D;
}

/** What makes one event different from the next: `id` is a UUIDv7, `time` the moment of the change. */
export interface Occurrence {
  readonly id: string;
  readonly time: Date;
  readonly traceparent?: string | undefined;
  readonly tracestate?: string | undefined;
}

/**
 * Makes the event of a contract. Only fields that the contract declares are kept, so nothing private leaks by a row passed on as it is.
 * @throws v.ValiError when `data` breaks the contract
 */
export function toEnvelope<C extends EventContract>(
  contract: C,
  subject: string,
  data: DataOf<C>,
  at: Occurrence,
): EventEnvelope<C['type'], DataOf<C>> {
  return {
    specversion: '1.0',
    id: at.id,
    type: contract.type,
    source: contract.source,
    subject,
    time: at.time.toISOString(),
    datacontenttype: 'application/json',
    dataschema: dataschema(contract.type),
    partitionkey: subject,
    ...(at.traceparent ? { traceparent: at.traceparent } : {}),
    ...(at.traceparent && at.tracestate ? { tracestate: at.tracestate } : {}),
    data: v.parse(contract.schema, data),
  };
}
