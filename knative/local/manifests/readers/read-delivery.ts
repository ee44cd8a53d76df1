import { isoDuration } from '@dormouse/time/durations';
import type { Delivery } from '../model.ts';
import type { Fields } from '../yaml/fields.ts';
import { readDestination } from './read-destination.ts';
import { duration, type ObjectFields } from './read-object.ts';

/** What an object says of delivery (eventing.knative.dev/v1 DeliverySpec); what it leaves open is not there. */
export function readDelivery(
  spec: Fields | undefined,
  { namespace, ignore, enabled }: Pick<ObjectFields, 'namespace' | 'ignore' | 'enabled'>,
): Partial<Delivery> {
  const delivery = spec
    ?.fields('delivery')
    ?.only('deadLetterSink', 'retry', 'backoffPolicy', 'backoffDelay', 'timeout', 'retryAfterMax', 'format');
  if (!delivery) return {};
  if (delivery.has('retryAfterMax') && !enabled('knative-eventing', 'delivery-retryafter'))
    delivery.fail('retryAfterMax', 'is off by default on Knative (delivery-retryafter)');
  const sink = delivery.fields('deadLetterSink');
  const found: { -readonly [K in keyof Delivery]: Delivery[K] | undefined } = {
    retry: delivery.integer('retry', 0),
    backoffPolicy: delivery.oneOf('backoffPolicy', 'linear', 'exponential'),
    backoffDelayMs: duration(delivery, 'backoffDelay', isoDuration, 'PT0.5S'),
    timeoutMs: duration(delivery, 'timeout', isoDuration, 'PT30S'),
    retryAfterMaxMs: duration(delivery, 'retryAfterMax', isoDuration, 'PT2M'),
    deadLetterSink: sink && readDestination(sink, namespace, ignore),
    format: delivery.oneOf('format', 'json', 'binary'),
  };
  if (found.timeoutMs === 0) delivery.fail('timeout', 'must be longer than nothing');
  return Object.fromEntries(Object.entries(found).filter(([, value]) => value !== undefined)) as Partial<Delivery>;
}
