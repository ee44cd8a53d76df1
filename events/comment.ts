import * as v from 'valibot';
import { contract } from './contract.ts';
import { id, version } from './field.ts';

const source = '/comments';

/** A comment as it is after the change. Never holds its text, a guest's name or an e-mail address: they are fetched from comments. */
const comment = v.object({
  id,
  version,
  post_id: id,
  parent_id: v.pipe(v.nullable(id), v.description('The comment that it answers.')),
  user_id: v.pipe(v.nullable(id), v.description('Account of who wrote it; null for a guest.')),
  status: v.pipe(
    v.picklist(['published', 'held', 'spam', 'deleted']),
    v.description('Only a published one is shown to readers.'),
  ),
  thread: v.pipe(
    v.object({
      published: v.pipe(v.number(), v.safeInteger(), v.minValue(0), v.description('Comments that readers see.')),
      version,
    }),
    v.description('Of the post: its count, and a version that grows with every change of its comments.'),
  ),
});

/** Absent where nobody did it: a post or an account went. */
const changedBy = v.optional(
  v.pipe(id, v.description('Account of who did it; absent for a guest and for the platform.')),
);

export const commentCreated = contract({
  type: 'dev.dormouse.comment.created.v1',
  source,
  schema: comment,
  emitted: 'Once for every new comment, whether readers see it or it waits for a moderator.',
});

export const commentUpdated = contract({
  type: 'dev.dormouse.comment.updated.v1',
  source,
  schema: comment,
  emitted: 'When whoever wrote a comment changed its text, within 15 minutes.',
});

export const commentModerated = contract({
  type: 'dev.dormouse.comment.moderated.v1',
  source,
  schema: v.object({ ...comment.entries, changed_by: changedBy }),
  emitted: 'When a moderator published a comment, held it back, or called it spam.',
});

export const commentDeleted = contract({
  type: 'dev.dormouse.comment.deleted.v1',
  source,
  schema: v.object({ ...comment.entries, changed_by: changedBy }),
  emitted: 'When a comment was deleted: by who wrote it, by a moderator, or with the account of who wrote it.',
});
