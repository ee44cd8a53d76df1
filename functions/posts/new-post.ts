import { hash } from 'node:crypto';
import type { Every } from '@dormouse/runtime/api';
import { json } from '@dormouse/runtime/app';
import { required } from '@dormouse/runtime/auth';
import type { Caller } from '@dormouse/runtime/caller';
import { fail } from '@dormouse/runtime/errors';
import { header } from '@dormouse/runtime/request';
import type { Context } from 'hono';
import * as v from 'valibot';
import { api } from './api.ts';
import type { Author, FindAuthor } from './authors.ts';
import { type ImportedPost, idempotencyKey, maxContentCharacters } from './fields.ts';
import type { IdempotencyKey, NewPost } from './store.ts';

/** Every text of characters of the basic plane fits, written as `\uXXXX` too; of others in UTF-8. */
export const bodyLimit = 6 * maxContentCharacters + 200_000;

const importBody = json(api.create.scoped.body, bodyLimit);
const plainBody = json(api.create.body, bodyLimit) as typeof importBody;

/** Reads the body of POST. Without the scope `import`, an import's fields are unknown fields. */
export const postBody: typeof importBody = (c, next) =>
  required(c).scopes.includes('import') ? importBody(c, next) : plainBody(c, next);

/** Whom a new post is by: its writer, or whom an import names. @throws AppError `invalid` */
export async function authorOf(input: ImportedPost, caller: Caller, findAuthor: FindAuthor): Promise<Author> {
  if (input.author === undefined) return { id: caller.id, username: caller.name };
  const errors = [{ field: 'author', message: 'is no user name' }];
  return (await findAuthor(input.author)) ?? fail('invalid', 'Some fields are not acceptable.', { errors });
}

/** The post that is asked for, in its author's name. */
export const postOf = (input: ImportedPost, author: Author): Every<NewPost> => ({
  authorId: author.id,
  author: author.username,
  title: input.title,
  content: input.content,
  categoryName: input.category_name,
  tags: input.tags,
  status: input.status,
  publishedAt: input.published_at,
  kind: input.kind,
  lang: input.lang,
  cover: input.cover,
  coverAlt: input.cover_alt,
  summary: input.summary,
  featured: input.featured,
  byline: input.byline,
  createdAt: input.created_at ?? input.date,
  updatedAt: input.updated_at,
  slug: input.slug,
  source: input.source,
});

/** The request's Idempotency-Key with a hash of the body, so that one key cannot be used for two requests. */
export function readIdempotencyKey(c: Context, input: ImportedPost): IdempotencyKey | undefined {
  const key = header(c, 'idempotency-key');
  if (key === undefined) return undefined;
  if (!v.is(idempotencyKey, key)) {
    fail('invalid', 'The Idempotency-Key is not acceptable.', {
      errors: [{ field: 'Idempotency-Key', message: 'must have 1 to 255 printable ASCII characters without spaces' }],
    });
  }
  return { key, hash: hash('sha256', JSON.stringify(input), 'base64url') };
}
