import { id, timestamp } from '@dormouse/events/field';
import { content, empty, route } from '@dormouse/runtime/api';
import * as v from 'valibot';
import { offered } from './announcement.ts';
import { deliveriesQuery, newWebhook, webhookChange } from './fields.ts';

const path = '/api/webhooks';
const operators = ['operator', 'admin'] as const;
const nullableTime = v.nullable(timestamp);
const secret = v.pipe(
  v.string(),
  v.description('Of Standard Webhooks, `whsec_` and base64. It can be read in this response alone.'),
);

const webhook = v.pipe(
  v.strictObject({
    id,
    url: v.string(),
    events: v.pipe(v.array(v.picklist(offered)), v.readonly()),
    created_at: timestamp,
    enabled: v.boolean(),
    disabled_at: nullableTime,
    disabled_reason: v.pipe(
      v.nullable(v.picklist(['failing', 'gone', 'operator'])),
      v.description('It failed for days, answered 410, or an operator disabled it.'),
    ),
    failing_since: v.pipe(nullableTime, v.description('The first failure after its last success.')),
    old_secret_until: v.pipe(nullableTime, v.description('Until then the secret of before signs as well.')),
  }),
  v.title('Webhook'),
);
const attempt = v.strictObject({
  at: timestamp,
  duration_ms: v.pipe(v.number(), v.integer(), v.minValue(0)),
  status: v.pipe(v.nullable(v.pipe(v.number(), v.integer())), v.description('Null when nothing answered.')),
  error: v.pipe(v.nullable(v.string()), v.description('Why nothing answered.')),
  answer: v.pipe(v.nullable(v.string()), v.description('The first KiB of the answer’s body.')),
});
const uuid = v.pipe(v.string(), v.uuid());
const delivery = v.pipe(
  v.strictObject({
    id: uuid,
    message_id: v.pipe(v.string(), v.description('`webhook-id`: the same each time that it is sent.')),
    type: v.string(),
    state: v.picklist(['waiting', 'delivered', 'failed']),
    created_at: timestamp,
    request: v.pipe(
      v.string(),
      v.description(
        'The body that is sent; of a post that is not public any more, or was hidden since, its id and version alone.',
      ),
    ),
    attempts: v.pipe(v.array(attempt), v.readonly(), v.description('The last ten, the newest first.')),
  }),
  v.title('WebhookDelivery'),
);

const at = '2026-11-30T12:00:00.000Z';
const type = 'dev.dormouse.post.published.v1' as const;
const anId = '01a22c39-f4bd-7a52-8a11-5c4f6b1d9e03';
const aSecret = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSwMfKQ9r8GKYo=';
const aWebhook = {
  id: 7,
  url: 'https://receiver.example/dormouse',
  events: [type],
  created_at: at,
  enabled: true,
  disabled_at: null,
  disabled_reason: null,
  failing_since: null,
  old_secret_until: null,
};
const aDelivery = {
  id: anId,
  message_id: `msg_${anId}`,
  type,
  state: 'delivered' as const,
  created_at: at,
  request: `{"type":"${type}","timestamp":"${at}","data":{"id":7,"version":1}}`,
  attempts: [{ at, duration_ms: 81, status: 204, error: null, answer: '' }],
};
const params = { id };
const made = (description: string) => content(description, v.strictObject({ id: uuid }), { example: { id: anId } });

export const about = 'Telling programs of others what happens on the blog. For operators.';

/** What webhooks answers to operators. */
export const api = {
  create: route(`POST ${path}`, {
    summary: 'Have a program told of events',
    description:
      'Each event becomes a POST with a signature of Standard Webhooks (https://www.standardwebhooks.com). Told are public posts, never drafts, and nothing of people.',
    roles: operators,
    personal: 'webhooks:write',
    body: newWebhook,
    examples: { posts: { url: 'https://receiver.example/dormouse', events: [type] } },
    errors: ['conflict', 'too_many_requests'],
    responses: () => ({
      201: content('The webhook and its secret.', v.strictObject({ id, secret }), {
        example: { id: 7, secret: aSecret },
        headers: { location: 'Path of the webhook.' },
      }),
    }),
  }),
  list: route(`GET ${path}`, {
    summary: 'List webhooks',
    roles: operators,
    personal: 'webhooks:read',
    responses: () => ({ 200: content('All of them.', v.array(webhook), { example: [aWebhook] }) }),
  }),
  get: route(`GET ${path}/:id`, {
    summary: 'Read a webhook',
    roles: operators,
    personal: 'webhooks:read',
    params,
    errors: ['not_found'],
    responses: () => ({ 200: content('The webhook.', webhook, { example: aWebhook }) }),
  }),
  change: route(`PATCH ${path}/:id`, {
    summary: 'Change what a webhook is told of, disable it or enable it again',
    description: 'What waits for a webhook that is disabled is given up; it can be resent.',
    roles: operators,
    personal: 'webhooks:write',
    params,
    body: webhookChange,
    examples: { enable: { enabled: true } },
    errors: ['not_found', 'too_many_requests'],
    responses: () => ({ 200: content('The webhook.', webhook, { example: aWebhook }) }),
  }),
  remove: route(`DELETE ${path}/:id`, {
    summary: 'Remove a webhook and its deliveries',
    roles: operators,
    personal: 'webhooks:write',
    params,
    errors: ['not_found'],
    responses: () => ({ 204: empty('Nothing more is sent to it.') }),
  }),
  rotate: route(`POST ${path}/:id/rotate`, {
    summary: 'Give a webhook a new secret',
    description:
      'For a day, both secrets sign. 409 while they do, with the time until which in `detail` and `Retry-After`: the older one stays good for its whole day.',
    roles: operators,
    personal: 'webhooks:write',
    params,
    errors: ['not_found', 'conflict', 'too_many_requests'],
    responses: () => ({
      200: content('The new secret.', v.strictObject({ id, secret, old_secret_until: timestamp }), {
        example: { id: 7, secret: aSecret, old_secret_until: at },
      }),
    }),
  }),
  test: route(`POST ${path}/:id/test`, {
    summary: 'Send a webhook a test',
    description: 'Of type `webhook.test`, the same way as all others.',
    roles: operators,
    personal: 'webhooks:write',
    params,
    errors: ['not_found', 'conflict', 'too_many_requests'],
    responses: () => ({ 202: made('The delivery that will be made.') }),
  }),
  deliveries: route(`GET ${path}/:id/deliveries`, {
    summary: 'List what was sent to a webhook, newest first',
    description: 'Of the last 30 days, with what was answered.',
    roles: operators,
    personal: 'webhooks:read',
    params,
    query: deliveriesQuery,
    errors: ['not_found'],
    responses: () => ({
      200: content('A page of the deliveries.', v.array(delivery), {
        example: [aDelivery],
        headers: { link: '`rel="next"` leads to older ones (RFC 8288).' },
      }),
    }),
  }),
  resend: route(`POST ${path}/:id/deliveries/:delivery/resend`, {
    summary: 'Send a delivery once more',
    description:
      'With the same `webhook-id`, whether it had been taken or not. Nothing is sent of a post that is not public any more, or was hidden since.',
    roles: operators,
    personal: 'webhooks:write',
    params: { id, delivery: uuid },
    errors: ['not_found', 'conflict', 'too_many_requests'],
    responses: () => ({ 202: made('The delivery that will be made.') }),
  }),
};
