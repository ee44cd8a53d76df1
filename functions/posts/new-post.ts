import { hash } from 'node:crypto';
import { json } from '@dormouse/runtime/app';
import { required } from '@dormouse/runtime/auth';
import { fail } from '@dormouse/runtime/errors';
import { header } from '@dormouse/runtime/request';
import type { Context } from 'hono';
import type { Author } from './authors.ts';
import { type ImportedPost, importedPost, newPost } from './fields.ts';
import type { NewPost, Once } from './store.ts';

/** 100,000 characters, each written as `\uXXXX` twice. */
export const bodyLimit = 1_300_000;

const importBody = json(importedPost, bodyLimit);
const plainBody = json(newPost, bodyLimit) as typeof importBody;

/** Reads the body of POST. Fields of an import are unknown ones to everybody else. */
export const postBody: typeof importBody = (c, next) =>
  required(c).scopes.includes('import') ? importBody(c, next) : plainBody(c, next);

export const postOf = (input: ImportedPost, author: Author): NewPost => ({
  authorId: author.id,
  author: author.username,
  title: input.title,
  content: input.content,
  categoryName: input.category_name,
  status: input.status,
  byline: input.byline,
  createdAt: input.created_at,
  slug: input.slug,
  source: input.source,
});

/** The request's Idempotency-Key with a hash of what is asked, so that the same key cannot stand for something else. */
export function onceOf(c: Context, input: ImportedPost): Once | undefined {
  const key = header(c, 'idempotency-key');
  if (key === undefined) return undefined;
  if (!/^[\x21-\x7e]{1,255}$/.test(key)) {
    fail('invalid', 'The Idempotency-Key is not acceptable.', {
      errors: [{ field: 'Idempotency-Key', message: 'must have 1 to 255 printable ASCII characters without spaces' }],
    });
  }
  return { key, hash: hash('sha256', JSON.stringify(input), 'base64url') };
}
