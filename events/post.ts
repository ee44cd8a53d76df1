import * as v from 'valibot';
import { contract } from './contract.ts';
import { id, text, timestamp, version } from './field.ts';

const source = '/posts';

/** A post as it is after the change; of a deleted post, as it was last. The text itself is fetched from posts. */
const post = v.object({
  id,
  version,
  slug: text,
  title: text,
  author: v.pipe(text, v.description('User name of the owner.')),
  status: v.picklist(['draft', 'published']),
  kind: v.optional(
    v.pipe(
      v.picklist(['post', 'page']),
      v.description('A page stands in no list and no feed: who announces posts leaves it out. Missing: a post.'),
    ),
  ),
  category: v.object({ id, name: text, slug: text }),
  tags: v.optional(v.pipe(v.array(text), v.description('As its author wrote them.'))),
  featured: v.optional(v.pipe(v.boolean(), v.description('Whether the front page begins with it.'))),
  created_at: timestamp,
  updated_at: timestamp,
});

export const postCreated = contract({
  type: 'dev.dormouse.post.created.v1',
  source,
  schema: post,
  emitted: 'Once for every new post, whether it is a draft or published.',
});

export const postUpdated = contract({
  type: 'dev.dormouse.post.updated.v1',
  source,
  schema: post,
  emitted:
    'When title, text, slug, category, tags, kind, date, planned time of a post or whether it is featured changed, or a deleted post was restored; a change of status alone is told by published or unpublished.',
});

export const postPublished = contract({
  type: 'dev.dormouse.post.published.v1',
  source,
  schema: post,
  emitted:
    'Whenever a post becomes visible to everybody: at creation as published, each time a draft is published, by somebody or because its time has come, and when a deleted one is restored.',
});

export const postUnpublished = contract({
  type: 'dev.dormouse.post.unpublished.v1',
  source,
  schema: post,
  emitted: 'Whenever a published post becomes a draft again.',
});

export const postDeleted = contract({
  type: 'dev.dormouse.post.deleted.v1',
  source,
  schema: post,
  emitted:
    'When a post is deleted, with its last state and a version of its own. For 30 days it may come back, told by updated with a later version.',
});
