import type { BodyOf, ResponseOf } from '@dormouse/runtime/api';
import { apiClient } from '@dormouse/runtime/api-client';
import type { api } from '@dormouse/webhooks/api';
import { nextIn } from './link-header.ts';
import { type Call, okResponse, senderTo } from './upstream.ts';

export type Webhook = ResponseOf<typeof api.get, 200>;
export type NewWebhook = BodyOf<typeof api.create>;
export type WebhookChange = BodyOf<typeof api.change>;
export type WebhookDelivery = ResponseOf<typeof api.deliveries, 200>[number];

/** A page of what was sent, the newest first. */
export interface DeliveryList {
  deliveries: readonly WebhookDelivery[];
  /** Cursor of the next page. */
  next?: string;
}

/** What web asks webhooks, which decides who may. Every method throws AppError with what it answered. */
export interface Webhooks {
  list(token: string): Promise<readonly Webhook[]>;
  get(id: number, token: string): Promise<Webhook>;
  create(input: NewWebhook, token: string): Promise<{ id: number; secret: string }>;
  change(id: number, change: WebhookChange, token: string): Promise<void>;
  remove(id: number, token: string): Promise<void>;
  /** Answers the new secret. */
  rotate(id: number, token: string): Promise<string>;
  test(id: number, token: string): Promise<void>;
  deliveries(id: number, after: string | undefined, token: string): Promise<DeliveryList>;
  resend(id: number, delivery: string, token: string): Promise<void>;
}

/** Webhooks by HTTP at `url`. */
export function webhooksAt(url: string, call: Call): Webhooks {
  const client = apiClient<typeof api>(senderTo(url, call));
  return {
    list: async (token) => okResponse(await client('GET /api/webhooks', { token })).body,
    get: async (id, token) => okResponse(await client('GET /api/webhooks/:id', { params: { id }, token })).body,
    create: async (body, token) => okResponse(await client('POST /api/webhooks', { body, token })).body,
    async change(id, body, token) {
      okResponse(await client('PATCH /api/webhooks/:id', { params: { id }, body, token }));
    },
    async remove(id, token) {
      okResponse(await client('DELETE /api/webhooks/:id', { params: { id }, token }));
    },
    rotate: async (id, token) =>
      okResponse(await client('POST /api/webhooks/:id/rotate', { params: { id }, token })).body.secret,
    async test(id, token) {
      okResponse(await client('POST /api/webhooks/:id/test', { params: { id }, token }));
    },
    async deliveries(id, after, token) {
      const query = { limit: 20, after };
      const { body, headers } = okResponse(
        await client('GET /api/webhooks/:id/deliveries', { params: { id }, query, token }),
      );
      return { deliveries: body, ...nextIn(headers) };
    },
    async resend(id, delivery, token) {
      const params = { id, delivery };
      okResponse(await client('POST /api/webhooks/:id/deliveries/:delivery/resend', { params, token }));
    },
  };
}
