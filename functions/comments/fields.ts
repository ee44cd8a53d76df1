import { pageLimit } from '@dormouse/runtime/page-limit';
import { line, text } from '@dormouse/runtime/text';
import * as v from 'valibot';

/** Has a visible character: not only spaces, controls and invisible code points. */
const seen = v.check(
  (value: string) => /[^\p{White_Space}\p{Cc}\p{Default_Ignorable_Code_Point}]/u.test(value),
  'must have something to see',
);

export const maxCharacters = 5000;
const content = v.pipe(
  text(1, maxCharacters),
  seen,
  v.description('Markdown: emphasis, links, lists, quotes and code.'),
);
const idValue = v.pipe(
  v.number('must be a number'),
  v.safeInteger('must be a whole number'),
  v.minValue(1, 'must be at least 1'),
);

/** Marks that turn what follows around, with which one name can look like another. */
const turning = /[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/;
const name = v.pipe(
  line(1, 80),
  seen,
  v.check((value) => !turning.test(value), 'must not contain text direction controls'),
  v.description('Of a guest; needed without a token, and not taken with one.'),
);
const email = v.pipe(
  line(3, 254),
  v.check(
    (value) => /^[^\s@<>"(),:;[\]\\]+@[^\s@<>"(),:;[\]\\]+\.[^\s@<>"(),:;[\]\\]+$/.test(value),
    'must be an e-mail address',
  ),
  v.metadata({ format: 'email' }),
  v.description('Of a guest; only moderators see it.'),
);

/** Body of POST. */
export const newComment = v.strictObject({
  content,
  parent_id: v.optional(v.pipe(v.nullable(idValue), v.description('The comment that is answered, itself no answer.'))),
  name: v.optional(name),
  email: v.optional(email),
  website: v.optional(
    v.pipe(
      v.string(),
      v.maxLength(2000),
      v.description('Leave it empty: only programs fill it in, and are not shown.'),
    ),
  ),
});
export type NewComment = v.InferOutput<typeof newComment>;

export const statuses = ['published', 'held', 'spam', 'deleted'] as const;
/** What a moderator makes of a comment. */
export const decisions = ['published', 'held', 'spam'] as const;
export const decision = v.picklist(decisions, 'must be published, held or spam');

/** Body of PATCH: one of the two. */
export const changedComment = v.pipe(
  v.strictObject({
    content: v.optional(content),
    status: v.optional(v.pipe(decision, v.description('For moderators.'))),
    version: v.optional(
      v.pipe(idValue, v.description('Of the comment that was read: the decision is refused if it was changed since.')),
    ),
  }),
  v.check(
    (change) => (change.content === undefined) !== (change.status === undefined),
    'either content or status must be given',
  ),
  v.check((change) => change.version === undefined || change.status !== undefined, 'version goes with status'),
);

/** Words, of which a comment with one is held back. */
export const wordList = v.strictObject({
  words: v.pipe(
    v.array(line(2, 80), 'must be a list'),
    v.maxLength(500, 'must have at most 500 words'),
    v.transform((all) => [...new Set(all.map((word) => word.toLowerCase()))]),
  ),
});

const cursor = v.optional(v.pipe(v.string(), v.maxLength(512)));
export const listQuery = v.strictObject({ limit: v.optional(pageLimit, '50'), after: cursor });
/** Id after which a page begins. */
export const ownQuery = v.strictObject({
  after: v.optional(
    v.pipe(
      v.string(),
      v.regex(/^\d{1,15}$/, 'must be a whole number'),
      v.metadata({ type: 'integer', pattern: undefined, minimum: 0, maximum: 999_999_999_999_999 }),
      v.transform(Number),
    ),
    '0',
  ),
});
export const queueQuery = v.strictObject({
  status: v.optional(v.pipe(decision, v.description('`held` unless said.')), 'held'),
  limit: v.optional(pageLimit, '50'),
  after: cursor,
});
