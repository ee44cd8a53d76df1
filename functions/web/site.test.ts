import { cache } from '@dormouse/runtime/cache';
import { type TestDatabase, testDatabase } from '@dormouse/tests/database';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Settings } from './blog-settings.ts';
import { inItsLanguage, settingsIn, siteOf, untouched } from './site.ts';

describe('the settings that pages are made with', () => {
  const quiet = { warn: () => {} };
  const first = untouched('authors');

  test('are read again when they were purged, and soon without', async () => {
    let [title, now, reads] = ['One', 0, 0];
    const kept = cache<Settings>({ name: 'blog', ttlMs: 60_000, max: 1, now: () => now });
    const read = async () => ({ ...first, title, version: ++reads });
    const site = siteOf({ read, cache: kept, first, log: quiet });
    expect((await site.current()).title).toBe('One');
    title = 'Two';
    expect((await site.current()).title).toBe('One');
    await site.purge();
    expect((await site.current()).title).toBe('Two');
    title = 'Three';
    now = 2001;
    expect((await site.current()).title).toBe('Three');
  });

  test('are the last known ones, marked as such, while the database does not answer', async () => {
    let answer: () => Promise<Settings> = () => Promise.reject(new Error('gone'));
    const site = siteOf({
      read: () => answer(),
      cache: { get: (_, load) => load(), purge: async () => {} },
      first,
      log: quiet,
    });
    expect(await site.current()).toEqual({ ...first, unread: true });
    answer = async () => ({ ...first, title: 'Late' });
    expect(await site.current()).toEqual({ ...first, title: 'Late' });
    answer = () => new Promise(() => {});
    expect(await site.current()).toEqual({ ...first, title: 'Late', unread: true });
  });
});

test('what nobody has written is in the language of the blog, and nothing else', () => {
  const korean = { ...untouched('authors'), language: 'ko' };
  expect(inItsLanguage(untouched('authors'))).toEqual(untouched('authors'));
  const { description, footer } = inItsLanguage(korean);
  expect([description, footer]).toEqual(Array(2).fill('누군가 읽어 줄 때까지 잠자는 블로그입니다.'));
  expect(inItsLanguage({ ...korean, description: 'Own.', footer: '' })).toMatchObject({
    description: 'Own.',
    footer: '',
  });
});

describe('the settings in the database', () => {
  let db: TestDatabase;
  beforeAll(async () => {
    // web first: its role must be there when auth grants it something, as in migrationsOf every role is.
    db = await testDatabase('web', 'auth');
  });
  afterAll(() => db?.drop());

  test('are those of a blog that nobody has set up, as this program believes too', async () => {
    expect(await settingsIn(db.as('web'), 'readers')()).toEqual(untouched('readers'));
  });

  test('are all of the accounts’ schema that web can see', async () => {
    const sql = db.as('web');
    for (const table of ['blog', 'users', 'sessions', 'claims'])
      await expect(sql.unsafe(`SELECT * FROM auth.${table}`)).rejects.toThrow('permission denied');
    await expect(sql`UPDATE auth.blog SET title = 'x'`).rejects.toThrow('permission denied');
  });
});
