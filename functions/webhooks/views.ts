import { nothingLeft, type ResponseOf } from '@dormouse/runtime/api';
import type { api } from './api.ts';
import type { Delivery } from './deliveries.ts';
import { messageId } from './delivering.ts';
import type { Subscription } from './subscriptions.ts';

type WebhookView = ResponseOf<typeof api.get, 200>;
type DeliveryView = ResponseOf<typeof api.deliveries, 200>[number];

export function webhookView(subscription: Subscription): WebhookView {
  const { id, url, events, createdAt, failingSince, disabledAt, disabledReason, oldSecretUntil, ...unanswered } =
    subscription;
  nothingLeft(unanswered);
  return {
    id,
    url,
    events: events as WebhookView['events'],
    created_at: createdAt.toISOString(),
    enabled: disabledAt === null,
    disabled_at: disabledAt?.toISOString() ?? null,
    disabled_reason: disabledReason,
    failing_since: failingSince?.toISOString() ?? null,
    old_secret_until: oldSecretUntil?.toISOString() ?? null,
  };
}

export function deliveryView({ id, type, body, state, createdAt, attempts, ...unanswered }: Delivery): DeliveryView {
  nothingLeft(unanswered);
  return {
    id,
    message_id: messageId(id),
    type,
    state,
    created_at: createdAt.toISOString(),
    request: body,
    attempts: attempts.map(({ at, durationMs, status, error, answer }) => ({
      at: at.toISOString(),
      duration_ms: durationMs,
      status,
      error,
      answer,
    })),
  };
}
