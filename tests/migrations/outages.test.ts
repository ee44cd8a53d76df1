import { join } from 'node:path';
import { withinTransaction } from '@dormouse/runtime/apply-migration';
import type postgres from 'postgres';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type TestDatabase, testDatabase } from '../database.ts';
import { observeMigration } from './observe-migration.ts';
import { outages } from './outages.ts';
import { applyOnly, type PresentMigration, presentMigrations, readReleased } from './released.ts';

const functions = join(import.meta.dirname, '../../functions');
const present = presentMigrations(functions);
const schemas = [...new Set(present.map(({ role }) => role)), 'relay'];
const released = readReleased();

/**
 * Migrations since the last release that break a rule on purpose, and why that holds nobody up. Empty it after a release.
 * @example 'posts/009-title.sql': ['column posts.posts.heading is gone: …'] // 0.3.0 does not read it any more
 */
const accepted: Readonly<Record<string, readonly string[]>> = {
  // The blog is one row, and the previous release, which does not know the column, writes its default.
  'auth/013-comments.sql': [
    'auth.blog is read whole while everybody waits: add the constraint NOT VALID, and VALIDATE it in a file of its own',
    "constraint blog_comments_check of auth.blog (CHECK ((comments = ANY (ARRAY['none'::text, 'open'::text, 'first_held'::text, 'all_held'::text])))) may reject what the previous release writes",
  ],
  'auth/015-layout.sql': [
    'auth.blog is read whole while everybody waits: add the constraint NOT VALID, and VALIDATE it in a file of its own',
    "constraint blog_layout_check of auth.blog (CHECK ((layout = ANY (ARRAY['list'::text, 'cards'::text])))) may reject what the previous release writes",
  ],
  'auth/017-theme.sql': [
    'auth.blog is read whole while everybody waits: add the constraint NOT VALID, and VALIDATE it in a file of its own',
    "constraint blog_theme_check of auth.blog (CHECK ((theme = ANY (ARRAY['auto'::text, 'light'::text, 'dark'::text, 'sepia'::text, 'contrast'::text])))) may reject what the previous release writes",
  ],
  'auth/026-fonts.sql': [
    'auth.blog is read whole while everybody waits: add the constraint NOT VALID, and VALIDATE it in a file of its own',
    "constraint blog_fonts_check of auth.blog (CHECK ((fonts = ANY (ARRAY['system'::text, 'source'::text])))) may reject what the previous release writes",
  ],
  // The previous release has no comments.
  'comments/002-learned.sql': ['comments.comments and comments.moderation are locked at a time: a file each'],
  // The previous release has no search.
  'search/002-numbers-and-spelling.sql': [
    'search.posts is written anew while everybody waits: add a column, fill it, use it',
    'column search.posts.grams was text[] and is bigint[]: the previous release may use it',
  ],
  'search/003-narrow-rows.sql': [
    'search.fills is written anew while everybody waits: add a column, fill it, use it',
    'search.posts is written anew while everybody waits: add a column, fill it, use it',
    'search.vocabulary is written anew while everybody waits: add a column, fill it, use it',
    'search.fills and search.posts and search.vocabulary are locked at a time: a file each',
  ],
  'search/004-short-numbers.sql': [
    'search.fills is written anew while everybody waits: add a column, fill it, use it',
    'search.posts is written anew while everybody waits: add a column, fill it, use it',
    'search.vocabulary is written anew while everybody waits: add a column, fill it, use it',
    'search.fills and search.posts and search.vocabulary are locked at a time: a file each',
    'column search.posts.grams was bigint[] and is integer[]: the previous release may use it',
  ],
  // Columns without a default are added to both within milliseconds, and nobody locks the two in the other order.
  'posts/018-cover.sql': ['posts.deleted_posts and posts.posts are locked at a time: a file each'],
};

/** What was done before there were rules, when no installation had rows worth mentioning. It shows that the rules see such things. */
const history: Readonly<Record<string, unknown>> = {
  // A role more: the new constraint takes whatever the old one took.
  'auth/002-operator.sql': lines(
    'auth.users is read whole while everybody waits',
    'constraint users_role_check of auth.users (CHECK',
  ),
  'auth/003-revocations.sql': lines('auth.users is read whole while everybody waits'),
  // A seal for each session.
  'auth/005-seals.sql': lines('auth.sessions is written anew while everybody waits'),
  'journal/004-retention.sql': lines(
    'journal.dead_letters is read whole while writers wait',
    'journal.jobs is read whole while writers wait',
  ),
  // A state more.
  'journal/005-dismissed.sql': lines(
    'journal.dead_letters is read whole while everybody waits',
    'constraint dead_letters_state_check of journal.dead_letters',
    'constraint dead_letters_dismissed_check of journal.dead_letters',
  ),
  'journal/007-signatures.sql': lines('journal.dead_letters and journal.events are locked at a time'),
};

function lines(...begins: string[]): unknown[] {
  return begins.map((begin) => expect.stringContaining(begin));
}

async function observed(connection: postgres.ReservedSql, { name, role, text }: PresentMigration): Promise<string[]> {
  const isConcurrent = name.endsWith('.concurrently.sql');
  const seen = await observeMigration(connection, { role, text: withinTransaction(text), schemas });
  return outages(isConcurrent ? { ...seen, tables: [] } : seen);
}

let db: TestDatabase;
let connection: postgres.ReservedSql;
beforeEach(async () => {
  db = await testDatabase();
  return () => db.drop();
});

async function foundIn(migrations: readonly PresentMigration[]): Promise<Record<string, string[]>> {
  connection = await db.admin.reserve();
  const found: Record<string, string[]> = {};
  for (const each of migrations) {
    const lines = await observed(connection, each);
    if (lines.length > 0) found[each.name] = lines;
  }
  connection.release();
  return found;
}

test('released migrations are there as they were', () => {
  const now = Object.fromEntries(present.map(({ name, sha256 }) => [name, sha256]));
  expect(now).toMatchObject(released.migrations);
});

test('a migration since the last release holds nobody up and breaks nothing of it', async () => {
  await applyOnly(db.admin, functions, Object.keys(released.migrations));
  expect(await foundIn(present.filter(({ name }) => !released.migrations[name]))).toEqual(accepted);
});

test('in migrations of before the rules are found what they forbid', async () => {
  // The relay's rights on it belong to what every run does.
  const first = 'journal/001-archive.sql';
  await applyOnly(db.admin, functions, [first]);
  const old = present.filter(({ name }) => name !== first && released.migrations[name]);
  expect(await foundIn(old)).toEqual(history);
});

describe('rules', () => {
  let rules: TestDatabase;
  beforeAll(async () => {
    rules = await testDatabase('categories', 'posts');
  });
  afterAll(() => rules.drop());

  test.each([
    ['a table that is made', 'CREATE TABLE notes (id bigint PRIMARY KEY, post_id bigint REFERENCES posts)', []],
    ['a column with a constant default', "ALTER TABLE posts ADD COLUMN a text NOT NULL DEFAULT ''", []],
    ['a constraint that looks at new rows only', 'ALTER TABLE posts ADD CHECK (id > 0) NOT VALID', ['may reject']],
    [
      'a column with a volatile default',
      'ALTER TABLE posts ADD COLUMN b uuid NOT NULL DEFAULT gen_random_uuid()',
      ['posts.posts is written anew while everybody waits'],
    ],
    [
      'another type',
      'ALTER TABLE revisions ALTER COLUMN version TYPE bigint',
      ['posts.revisions is written anew', 'column posts.revisions.version was integer and is bigint'],
    ],
    [
      'a column that must not be null',
      'ALTER TABLE posts ALTER COLUMN source SET NOT NULL',
      ['posts.posts is read whole while everybody waits', 'posts.posts.source must have a value'],
    ],
    [
      'an index',
      'CREATE INDEX posts_titles ON posts (title)',
      ['posts.posts is read whole while writers wait: build the index in a file NNN-subject.concurrently.sql'],
    ],
    [
      'a unique index',
      'CREATE UNIQUE INDEX posts_titles_once ON posts (title)',
      ['posts.posts is read whole while writers wait', 'unique index posts.posts_titles_once of posts.posts'],
    ],
    ['a column that goes', 'ALTER TABLE posts DROP COLUMN byline', ['column posts.posts.byline is gone']],
    [
      'a column with another name',
      'ALTER TABLE posts RENAME COLUMN excerpt TO teaser',
      ['column posts.posts.excerpt is gone', 'posts.posts.teaser must have a value'],
    ],
    ['a function that goes', 'DROP FUNCTION claim_slug(bigint, text, text)', ['function posts.claim_slug(']],
    [
      'a right that goes',
      'REVOKE EXECUTE ON FUNCTION states() FROM categories',
      ['right of categories: EXECUTE on posts.states() is gone'],
    ],
    [
      'two locks at a time',
      'ALTER TABLE posts ADD COLUMN c text; ALTER TABLE slugs ADD COLUMN c text',
      ['posts.posts and posts.slugs are locked at a time'],
    ],
    [
      'rows that are written under a lock',
      "ALTER TABLE posts ADD COLUMN d text; INSERT INTO idempotency VALUES (1, '', '', 1, '', '')",
      ['rows of posts.idempotency are written while everybody waits for posts.posts'],
    ],
    ['a table that goes', 'DROP TABLE idempotency', ['table posts.idempotency is gone']],
  ])('%s', async (_, text, expected) => {
    const reserved = await rules.admin.reserve();
    const found = await observeMigration(reserved, { role: 'posts', text, schemas: ['posts', 'categories'] })
      .then(outages)
      .finally(() => reserved.release());
    expect(found).toEqual(lines(...expected));
  });
});
