import { setTimeout as sleep } from 'node:timers/promises';
import type { ResponseOf } from '@dormouse/runtime/api';
import { apiClient } from '@dormouse/runtime/api-client';
import type { api } from '@dormouse/webhooks/api';
import { confirmed } from '../confirmed.ts';
import { harmless, localTime, pairs, type Terminal, table } from '../terminal.ts';
import { type BlogConnection, succeeded } from './blog-connection.ts';

type EventType = ResponseOf<typeof api.get, 200>['events'][number];
type Delivery = ResponseOf<typeof api.deliveries, 200>[number];

/** Verbs, as people type them; a type that this list does not know is sent as it was given. */
const verbs = ['published', 'updated', 'unpublished', 'deleted'];
const typeOf = (name: string): EventType => (name.includes('.') ? name : `dev.dormouse.post.${name}.v1`) as EventType;

export async function listWebhooks(blog: BlogConnection, json: boolean, terminal: Terminal): Promise<void> {
  const { body } = succeeded(await apiClient<typeof api>(blog.send)('GET /api/webhooks'));
  if (json) return terminal.print(JSON.stringify(body, null, 2));
  if (body.length === 0) return terminal.print('there is no webhook');
  const rows = body.map(({ id, enabled, disabled_reason, failing_since, events, url }) => [
    id,
    enabled ? (failing_since ? `failing since ${localTime(failing_since)}` : 'works') : `disabled: ${disabled_reason}`,
    events.map((type) => type.split('.').at(-2)).join(' '),
    url,
  ]);
  for (const line of table(['NUMBER', 'STATE', 'EVENTS', 'ADDRESS'], rows, terminal)) terminal.print(line);
}

interface AddOptions {
  readonly address: string;
  /** Verbs or types; none: all. */
  readonly events: readonly string[] | undefined;
  readonly json: boolean;
}

export async function addWebhook(blog: BlogConnection, { address, events, json }: AddOptions, terminal: Terminal) {
  const body = { url: address, events: (events ?? verbs).map(typeOf) };
  const { body: made } = succeeded(await apiClient<typeof api>(blog.send)('POST /api/webhooks', { body }));
  if (json) return terminal.print(JSON.stringify(made, null, 2));
  const told = [
    ['webhook', made.id],
    ['secret', made.secret],
  ] as const;
  for (const line of pairs(told, terminal)) terminal.print(line);
  terminal.print(terminal.paint('dim', 'the secret is shown this once'));
}

export async function removeWebhook(
  blog: BlogConnection,
  { id, yes, json }: { id: number; yes: boolean; json: boolean },
  terminal: Terminal,
): Promise<boolean> {
  const webhooks = apiClient<typeof api>(blog.send);
  const { body } = succeeded(await webhooks('GET /api/webhooks/:id', { params: { id } }));
  if (!yes && !(await confirmed(`Remove the webhook to ${harmless(body.url)} and its deliveries?`, terminal)))
    return false;
  await webhooks('DELETE /api/webhooks/:id', { params: { id } });
  terminal.print(json ? JSON.stringify({ id, url: body.url }, null, 2) : `removed ${id}: ${harmless(body.url)}`);
  return true;
}

/** For so long an attempt is waited for: the receiver has 10 s, and functions wake first. */
const waitMs = 30_000;
const pauseMs = 500;

/** Sends a test and waits for its first attempt. @returns whether it was delivered */
export async function testWebhook(
  blog: BlogConnection,
  { id, json }: { id: number; json: boolean },
  terminal: Terminal,
): Promise<boolean> {
  const webhooks = apiClient<typeof api>(blog.send);
  const { body: made } = succeeded(await webhooks('POST /api/webhooks/:id/test', { params: { id } }));
  let delivery: Delivery | undefined;
  for (let waited = 0; !delivery?.attempts.length && waited < waitMs; waited += pauseMs) {
    await sleep(pauseMs);
    const { body } = succeeded(await webhooks('GET /api/webhooks/:id/deliveries', { params: { id } }));
    delivery = body.find((each) => each.id === made.id);
  }
  const attempt = delivery?.attempts[0];
  if (json) terminal.print(JSON.stringify(delivery ?? made, null, 2));
  else if (!attempt)
    terminal.print(`nothing was sent within ${waitMs / 1000} s; the page /blog/webhooks shows what becomes of it`);
  else {
    const answer =
      attempt.status === null ? harmless(attempt.error) : `HTTP ${attempt.status} ${harmless(attempt.answer)}`;
    terminal.print(`${delivery?.state}: ${answer.trim()} (${attempt.duration_ms} ms)`);
  }
  return delivery?.state === 'delivered';
}
