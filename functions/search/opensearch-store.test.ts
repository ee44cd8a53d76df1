import { type TestDatabase, testDatabase } from '@dormouse/tests/database';
import { skippedFor } from '@dormouse/tests/needs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openSearchStore } from './opensearch-store.ts';
import { openStore, postOf } from './store.fixture.ts';
import { storeLaws } from './store-laws.fixture.ts';

const { OPENSEARCH_URL: url } = process.env;
const prefix = 'dormouse-test';

test('what the server refuses or does not answer is for later', async () => {
  const store = openSearchStore({ url: 'http://127.0.0.1:1', prefix, sql: (() => []) as never });
  const terms = [{ text: '검색', kind: 'dense', categories: [], authors: [] }] as const;
  await expect(store.find({ terms, limit: 20 })).rejects.toMatchObject({ code: 'unavailable' });
  await expect(store.put([], undefined as never)).rejects.toMatchObject({ code: 'unavailable' });
});

describe('OpenSearch', skippedFor(url ? [] : ['an OpenSearch whose content may be deleted (OPENSEARCH_URL)']), () => {
  let db: TestDatabase;
  let opened: ReturnType<typeof openStore>;
  let indices = 0;
  // Each test has an index of its own: one remembers versions of what was deleted.
  const empty = async () => {
    await opened?.end();
    await db.admin`TRUNCATE search.languages`;
    const own = `${prefix}-${++indices}`;
    opened = openStore(db, (sql) => openSearchStore({ url: url as string, prefix: own, sql, isEager: true }));
  };
  const removeAll = () => fetch(`${url}/${prefix}-*`, { method: 'DELETE' });
  beforeAll(async () => {
    await removeAll();
    db = await testDatabase('search');
  });
  afterAll(async () => {
    await opened?.end();
    await removeAll();
    await db?.drop();
  });

  storeLaws(() => ({ ...opened, empty }), 1003, 5);

  test('finds nothing before there is anything', async () => {
    expect(await opened.find('검색')).toEqual({ hits: [], count: 0 });
    expect(await opened.store.similar('wake', 3)).toEqual([]);
    expect(await opened.store.idsAfter(0)).toEqual([]);
  });

  test('a post comes back with the version that it had', async () => {
    await opened.put(postOf({ id: 1, version: 3, title: 'Wake' }));
    await opened.outbox.transaction((tx) => opened.store.remove([1], tx));
    await opened.put(postOf({ id: 1, version: 3, title: 'Wake' }));
    expect((await opened.find('wake')).hits).toHaveLength(1);
  });
});
