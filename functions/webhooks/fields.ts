import { pageLimit } from '@dormouse/runtime/page-limit';
import * as v from 'valibot';
import { offered } from './announcement.ts';

/** What clients may send. */
const url = v.pipe(
  v.string('must be text'),
  v.trim(),
  v.minLength(1, 'must not be empty'),
  v.maxLength(2000, 'must have at most 2000 characters'),
  v.description(
    'Where to send to: https, no user name, no port below 1024, and nothing but public addresses behind it.',
  ),
);
const events = v.pipe(
  v.array(v.picklist(offered, 'must be one of the types that webhooks are told of'), 'must be a list of types'),
  v.minLength(1, 'must have at least one type'),
  v.maxLength(offered.length, `must have at most ${offered.length} types`),
  v.description('Types of the event catalogue.'),
  v.readonly(),
);

export const newWebhook = v.strictObject({ url, events });
export const webhookChange = v.strictObject({
  events: v.optional(events),
  enabled: v.optional(
    v.pipe(v.boolean('must be true or false'), v.description('true also begins to count failures anew.')),
  ),
});
export const deliveriesQuery = v.strictObject({
  limit: v.optional(pageLimit, '20'),
  after: v.optional(v.pipe(v.string(), v.description('Cursor of `Link: rel="next"`.'))),
});
