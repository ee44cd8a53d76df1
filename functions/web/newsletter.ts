import type { api } from '@dormouse/newsletter/api';
import type { BodyOf, ResponseOf } from '@dormouse/runtime/api';
import { apiClient } from '@dormouse/runtime/api-client';
import { proofHeader } from '@dormouse/runtime/client-proof';
import { nextIn } from './link-header.ts';
import { type Call, okResponse, senderTo } from './upstream.ts';

export type NewsletterSettings = ResponseOf<typeof api.settings, 200>;
export type Subscriber = ResponseOf<typeof api.subscribers, 200>[number];
export type MailedPost = ResponseOf<typeof api.posts, 200>[number];
export type NewSubscription = BodyOf<typeof api.subscribe>;

/** A page of subscribers, in the order in which they came. */
export interface SubscriberList {
  subscribers: readonly Subscriber[];
  /** Cursor of the next page. */
  next?: string;
}

/** What web asks newsletter, which decides who may. Every method throws AppError with what it answered. @param address the reader's own, for limits */
export interface Newsletter {
  subscribe(subscription: NewSubscription, address: string): Promise<void>;
  confirm(token: string, address: string): Promise<void>;
  unsubscribe(token: string, address: string): Promise<void>;
  /** Of the address that the token's owner has proven: one, or none. */
  own(token: string): Promise<readonly Subscriber[]>;
  settings(token: string): Promise<NewsletterSettings>;
  changeSettings(mailsPosts: boolean, token: string): Promise<void>;
  subscribers(after: string | undefined, token: string): Promise<SubscriberList>;
  /** All of them as CSV, as newsletter sends it. */
  exported(token: string): Promise<ReadableStream<Uint8Array>>;
  remove(id: number, token: string): Promise<void>;
  posts(token: string): Promise<readonly MailedPost[]>;
  /** What becomes of a post; null where nobody has decided yet. */
  post(id: number, token: string): Promise<MailedPost | null>;
  /** Leaves a post out, or takes that back. */
  choose(id: number, mailed: boolean, token: string): Promise<void>;
}

/** Newsletter by HTTP at `url`; the reader's address goes on in `addressHeader`. */
export function newsletterAt(url: string, call: Call, addressHeader: string, proof?: string): Newsletter {
  const client = apiClient<typeof api>(senderTo(url, call));
  const from = (address: string): { headers: Record<string, string> } => ({
    headers: address ? { [addressHeader]: address, ...(proof && { [proofHeader]: proof }) } : {},
  });
  return {
    async subscribe(body, address) {
      okResponse(await client('POST /blog/api/newsletter/subscriptions', { body, ...from(address) }));
    },
    async confirm(token, address) {
      okResponse(await client('POST /blog/api/newsletter/confirmations', { body: { token }, ...from(address) }));
    },
    async unsubscribe(token, address) {
      okResponse(await client('POST /blog/api/newsletter/unsubscriptions', { body: { token }, ...from(address) }));
    },
    own: async (token) => okResponse(await client('GET /blog/api/newsletter/mine', { token })).body,
    settings: async (token) => okResponse(await client('GET /blog/api/newsletter/settings', { token })).body,
    async changeSettings(mailsPosts, token) {
      okResponse(await client('PATCH /blog/api/newsletter/settings', { body: { mails_posts: mailsPosts }, token }));
    },
    async subscribers(after, token) {
      const { body, headers } = okResponse(
        await client('GET /blog/api/newsletter/subscribers', { query: { limit: '50', after }, token }),
      );
      return { subscribers: body, ...nextIn(headers) };
    },
    async exported(token) {
      const headers = { authorization: `Bearer ${token}` };
      const response = await call(`${url}/blog/api/newsletter/subscribers.csv`, { headers });
      if (response.ok && response.body) return response.body;
      const { status, headers: said } = response;
      return okResponse({
        status,
        headers: said,
        body: (await response.json().catch(() => undefined)) as unknown,
      }) as never;
    },
    async remove(id, token) {
      okResponse(await client('DELETE /blog/api/newsletter/subscribers/:id', { params: { id }, token }));
    },
    posts: async (token) => okResponse(await client('GET /blog/api/newsletter/posts', { token })).body,
    post: async (id, token) =>
      okResponse(await client('GET /blog/api/newsletter/posts/:id', { params: { id }, token })).body,
    async choose(id, mailed, token) {
      okResponse(await client('PUT /blog/api/newsletter/posts/:id', { params: { id }, body: { mailed }, token }));
    },
  };
}
