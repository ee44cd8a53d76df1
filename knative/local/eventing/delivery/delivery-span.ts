import type { Destination } from '@dormouse/manifests/model';
import { readTraceparent } from '@dormouse/telemetry/traceparent';
import type { SpanRecord } from '@dormouse/telemetry/traces';
import type { Ending } from '../store/acks.ts';
import type { BrokerEvent } from '../store/stored-event.ts';
import { addressOf } from './attempt.ts';
import type { DeliveryJob } from './delivery-job.ts';

export interface DeliveryResult {
  trigger: string;
  subscriber: Destination;
  /** `removed`: the Trigger was, before the event was over. */
  ending: Ending | 'removed';
  /** HTTP status of the last response, 0 when there was none. */
  status: number;
  durationMs: number;
}

/** The span of an event's whole way to a subscriber, retries included. */
export function processSpan(
  job: DeliveryJob,
  { attributes }: BrokerEvent,
  { trigger, subscriber, ending, status, durationMs }: DeliveryResult,
): SpanRecord {
  const origin = readTraceparent(attributes.traceparent);
  return {
    traceId: job.trace.traceId,
    spanId: job.trace.spanId,
    parentId: job.parentId,
    name: `process ${trigger}`,
    kind: 'client',
    service: 'broker',
    startMs: job.startMs,
    durationMs,
    attributes: {
      'messaging.system': 'knative',
      'messaging.operation.type': 'process',
      'messaging.destination.name': trigger,
      'messaging.message.id': attributes.id as string,
      ...eventAttributes(attributes),
      'server.address': addressOf(subscriber),
      'delivery.attempts': job.attempts,
      ...(job.replyAttempts > 0 ? { 'delivery.reply_attempts': job.replyAttempts } : {}),
      ...(job.sinkAttempts > 0 ? { 'delivery.dead_letter_attempts': job.sinkAttempts } : {}),
      'delivery.outcome': ending,
      ...(status ? { 'http.response.status_code': status } : {}),
    },
    ...(ending === 'delivered' ? {} : { error: true }),
    ...(job.retries.length > 0 ? { events: job.retries } : {}),
    ...(origin && origin.traceId !== job.trace.traceId
      ? { links: [{ traceId: origin.traceId, spanId: origin.spanId }] }
      : {}),
  };
}

/** Attributes of an event's spans, named as in Knative, plus the event's id. */
export const eventAttributes = ({ id, type, source, subject }: Readonly<Record<string, string>>) => ({
  'cloudevents.event_id': id as string,
  'cloudevents.type': type as string,
  'cloudevents.source': source as string,
  ...(subject === undefined ? {} : { 'cloudevents.subject': subject }),
});
