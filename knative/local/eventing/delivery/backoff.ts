import type { Delivery } from '@dormouse/manifests/model';

/** The defaults of Knative's ConfigMap config-br-defaults, with Serving's default timeout. */
export const defaultDelivery: Delivery = {
  retry: 10,
  backoffPolicy: 'exponential',
  backoffDelayMs: 200,
  timeoutMs: 300_000,
  retryAfterMaxMs: undefined,
  deadLetterSink: undefined,
};

/** What holds for a Subscription that says nothing: one attempt (knative/eventing pkg/kncloudevents/retries.go, NoRetries). */
export const channelDelivery: Delivery = { ...defaultDelivery, retry: 0, backoffDelayMs: 0 };

/**
 * A Trigger's delivery options. A Trigger with options of its own inherits nothing from its Broker (Knative's control-plane
 * contract, Broker, `delivery`) except the dead-letter sink, to which Knative's brokers fall back. Defaults fill the rest.
 * The same holds between a Subscription and its channel (knative/eventing pkg/reconciler/subscription/subscription.go).
 */
export function deliveryOf(
  broker: Partial<Delivery>,
  trigger: Partial<Delivery>,
  defaults = defaultDelivery,
): Delivery {
  const says = Object.values(trigger).some((value) => value !== undefined);
  const delivery: Delivery = { ...defaults };
  for (const given of says ? [{ deadLetterSink: broker.deadLetterSink }, trigger] : [broker]) {
    for (const [name, value] of Object.entries(given))
      if (value !== undefined) Object.assign(delivery, { [name]: value });
  }
  return delivery;
}

/** Longest pause between two attempts. */
const maxBackoffMs = 24 * 60 * 60 * 1000;

/**
 * Milliseconds until the next attempt. `failed` counts the attempts that failed before this one: exponential is
 * delay·2^failed, linear delay·failed (so the first linear retry is immediate). A Retry-After of a 429 or 503 lengthens
 * it up to `retryAfterMax`, if that is set.
 */
export function backoff(
  delivery: Delivery,
  failed: number,
  response?: { status: number; retryAfter: string | undefined },
  now = Date.now(),
): number {
  const planned =
    delivery.backoffPolicy === 'linear' ? delivery.backoffDelayMs * failed : delivery.backoffDelayMs * 2 ** failed;
  const asked =
    response && (response.status === 429 || response.status === 503) && delivery.retryAfterMaxMs
      ? retryAfterMs(response.retryAfter, now)
      : 0;
  return Math.min(maxBackoffMs, Math.max(planned, Math.min(asked, delivery.retryAfterMaxMs ?? 0)));
}

/** RFC 9110 section 10.2.3: seconds or an HTTP date; 0 when it is neither. */
function retryAfterMs(value: string | undefined, now: number): number {
  if (value === undefined) return 0;
  if (/^\s*\d+\s*$/.test(value)) return Number(value) * 1000;
  const date = Date.parse(value);
  return Number.isNaN(date) ? 0 : Math.max(0, date - now);
}

/**
 * Whether an answer asks for another attempt: 404, 408, 409, 429, 5xx and what no table knows above it; a 1xx as the last
 * word, 3xx and other 4xx are final.
 */
export const isRetryable = (status: number) =>
  status >= 500 || status === 404 || status === 408 || status === 409 || status === 429;
