import { normaliseEmail } from '@dormouse/runtime/email';
import { pageLimit } from '@dormouse/runtime/page-limit';
import { line } from '@dormouse/runtime/text';
import * as v from 'valibot';

const email = v.pipe(
  line(1, 254),
  v.check((text) => normaliseEmail(text) !== undefined, 'must be an e-mail address'),
  v.metadata({ format: 'email', pattern: undefined }),
  v.transform((text) => normaliseEmail(text) ?? text),
);

/** Of a link in a mail. */
const token = v.pipe(
  v.string('must be text'),
  v.minLength(1, 'must not be empty'),
  v.maxLength(200, 'must have at most 200 characters'),
  v.description('Of the link in a mail.'),
);

/** Body that subscribes. */
export const newSubscription = v.strictObject({
  email,
  website: v.optional(
    v.pipe(v.string(), v.maxLength(2000), v.description('Leave it empty: only programs fill it in.')),
  ),
});

/** Body that confirms or unsubscribes. */
export const linkBody = v.strictObject({ token });

export const settingsChange = v.strictObject({
  mails_posts: v.pipe(
    v.boolean('must be true or false'),
    v.description('Posts that are published from now on are sent to subscribers, and people may subscribe.'),
  ),
});

export const issueChange = v.strictObject({
  mailed: v.pipe(
    v.boolean('must be true or false'),
    v.description('false: this post is left out. true: it is sent when it is published, as others are.'),
  ),
});

export const states = ['pending', 'confirmed', 'paused'] as const;

export const subscribersQuery = v.strictObject({
  state: v.optional(v.picklist(states, 'must be pending, confirmed or paused')),
  limit: v.optional(pageLimit, '50'),
  after: v.optional(v.pipe(v.string(), v.description('Cursor of the next page.'))),
});

export const issuesQuery = v.strictObject({ limit: v.optional(pageLimit, '20') });
