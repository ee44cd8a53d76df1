import { id, text, timestamp } from '@dormouse/events/field';
import { bytes, content, empty, route } from '@dormouse/runtime/api';
import * as v from 'valibot';
import {
  issueChange,
  issuesQuery,
  linkBody,
  newSubscription,
  settingsChange,
  states,
  subscribersQuery,
} from './fields.ts';

const path = '/blog/api/newsletter';
const count = v.pipe(v.number(), v.safeInteger(), v.minValue(0));

const settings = v.pipe(
  v.strictObject({
    mails_posts: v.pipe(v.boolean(), v.description('Whether posts are sent, and people may subscribe.')),
    confirmed: v.pipe(count, v.description('Subscribers who get posts.')),
    pending: v.pipe(count, v.description('Those who have not confirmed yet; forgotten after seven days.')),
    paused: v.pipe(count, v.description('Those whose mail server refused three mails in succession.')),
  }),
  v.title('NewsletterSettings'),
);
const someSettings: v.InferInput<typeof settings> = { mails_posts: true, confirmed: 240, pending: 3, paused: 1 };

const subscriber = v.pipe(
  v.strictObject({
    id,
    email: text,
    state: v.picklist(states),
    bounces: v.pipe(count, v.description('Refusals for good, in succession.')),
    bounce: v.pipe(v.nullable(v.string()), v.description('Reply code of the last one (RFC 5321, RFC 3463).')),
    requested_at: timestamp,
    confirmed_at: v.nullable(timestamp),
  }),
  v.title('Subscriber'),
);
const aSubscriber: v.InferInput<typeof subscriber> = {
  id: 7,
  email: 'ada@example.org',
  state: 'confirmed',
  bounces: 0,
  bounce: null,
  requested_at: '2026-11-30T12:00:00.000Z',
  confirmed_at: '2026-11-30T12:01:00.000Z',
};

const issue = v.pipe(
  v.strictObject({
    post_id: id,
    title: v.pipe(v.nullable(v.string()), v.description('As it was sent; null before, and of a deleted post.')),
    state: v.pipe(
      v.picklist(['left_out', 'skipped', 'waiting', 'sending', 'sent', 'stopped']),
      v.description(
        'left_out: somebody does not want it sent; skipped: imported, or published while no posts were sent; stopped: it was hidden before everybody had it.',
      ),
    ),
    send_at: v.nullable(timestamp),
    started_at: v.nullable(timestamp),
    waiting: v.pipe(count, v.description('Mails that are still to be sent.')),
    sent: count,
    refused: count,
    failed: v.pipe(count, v.description('Mails that were tried twelve times.')),
  }),
  v.title('NewsletterPost'),
);
const anIssue: v.InferInput<typeof issue> = {
  post_id: 42,
  title: 'On sleeping',
  state: 'sending',
  send_at: '2026-11-30T12:05:00.000Z',
  started_at: '2026-11-30T12:05:02.000Z',
  waiting: 40,
  sent: 199,
  refused: 1,
  failed: 0,
};

export const about = 'Posts by e-mail: subscriptions, and what was sent to whom.';

/** What newsletter answers to clients. */
export const api = {
  subscribe: route(`POST ${path}/subscriptions`, {
    summary: 'Subscribe an address',
    description:
      'The address is asked by e-mail whether it wants this; nothing is sent to it before it has said so. The answer is the same whether it is subscribed already or not, and where an address has been asked three times in a day nothing is sent.',
    body: newSubscription,
    examples: { ada: { email: 'ada@example.org' } },
    errors: ['forbidden', 'too_many_requests'],
    responses: () => ({ 202: empty('The address is asked.') }),
  }),
  confirm: route(`POST ${path}/confirmations`, {
    summary: 'Confirm a subscription',
    description: 'With the secret of the link that was mailed; it is good once, for seven days.',
    body: linkBody,
    errors: ['not_found', 'too_many_requests'],
    responses: () => ({ 204: empty('It is subscribed.') }),
  }),
  unsubscribe: route(`POST ${path}/unsubscriptions`, {
    summary: 'Unsubscribe',
    description:
      'With the token of the link that every post has. Nothing is kept of the address. The answer is the same when nobody has the token, or not any more.',
    body: linkBody,
    examples: { known: { token: 'Zm9yZ2V0IG1lIHBsZWFzZQ' } },
    errors: ['too_many_requests'],
    responses: () => ({ 204: empty('Nothing is sent any more.') }),
  }),
  mine: route(`GET ${path}/mine`, {
    summary: 'The subscription of your account’s address',
    description: 'Of the address that the account has proven: an array of one, or empty.',
    roles: 'any',
    responses: () => ({
      200: content('It, if there is one.', v.pipe(v.array(subscriber), v.readonly()), { example: [aSubscriber] }),
    }),
  }),
  settings: route(`GET ${path}/settings`, {
    summary: 'Whether posts are sent, and to how many',
    roles: ['editor', 'admin'],
    responses: () => ({ 200: content('The settings.', settings, { example: someSettings }) }),
  }),
  changeSettings: route(`PATCH ${path}/settings`, {
    summary: 'Begin or stop to send posts',
    description: 'What was published before is never sent.',
    roles: ['editor', 'admin'],
    body: settingsChange,
    examples: { on: { mails_posts: true } },
    responses: () => ({ 200: content('The settings.', settings, { example: someSettings }) }),
  }),
  subscribers: route(`GET ${path}/subscribers`, {
    summary: 'Subscribers',
    description: 'In the order in which they came.',
    roles: ['admin'],
    query: subscribersQuery,
    responses: () => ({
      200: content('A page of them.', v.pipe(v.array(subscriber), v.readonly()), {
        example: [aSubscriber],
        headers: { link: '`rel="next"` leads to the next page (RFC 8288).' },
      }),
    }),
  }),
  exported: route(`GET ${path}/subscribers.csv`, {
    summary: 'All subscribers as CSV',
    description:
      'RFC 4180, with a header. A cell that a spreadsheet would take for a formula begins with an apostrophe.',
    roles: ['admin'],
    responses: () => ({ 200: bytes('One line for each.', ['text/csv']) }),
  }),
  remove: route(`DELETE ${path}/subscribers/:id`, {
    summary: 'Remove a subscriber',
    description: 'Nothing is kept of the address.',
    roles: ['admin'],
    params: { id },
    errors: ['not_found'],
    responses: () => ({ 204: empty('It is gone.') }),
  }),
  posts: route(`GET ${path}/posts`, {
    summary: 'Posts that were sent, are being sent, or wait',
    description: 'The newest first: those that wait, then those that were begun.',
    roles: ['editor', 'admin'],
    query: issuesQuery,
    responses: () => ({
      200: content('Some of them.', v.pipe(v.array(issue), v.readonly()), { example: [anIssue] }),
    }),
  }),
  post: route(`GET ${path}/posts/:id`, {
    summary: 'What becomes of a post',
    description:
      'For its author, editors and administrators. `null` where nobody has decided and it was never published.',
    roles: ['author', 'editor', 'admin'],
    params: { id },
    errors: ['not_found'],
    responses: () => ({ 200: content('It.', v.nullable(issue), { example: anIssue }) }),
  }),
  changePost: route(`PUT ${path}/posts/:id`, {
    summary: 'Leave a post out, or not',
    description:
      'For its author, editors and administrators; a draft, too. A post waits for five minutes after it was published: as long this is possible, later it is 409.',
    roles: ['author', 'editor', 'admin'],
    params: { id },
    body: issueChange,
    examples: { not: { mailed: false } },
    errors: ['not_found', 'conflict'],
    responses: () => ({ 204: empty('So it is.') }),
  }),
};
