import fc from 'fast-check';
import { beforeEach, expect, test } from 'vitest';
import { type openStore, postOf } from './store.fixture.ts';
import type { Found, Search } from './store.ts';

type Opened = ReturnType<typeof openStore> & { empty(): Promise<unknown> };

/** What holds for every store of search. @param manyMatches more than are counted @param numRuns of texts that are compared with a scan */
export function storeLaws(store: () => Opened, manyMatches: number, numRuns: number): void {
  const ids = (found: Found) => found.hits.map(({ id }) => id);
  const idsOf = async (query: string, options?: Partial<Search>) => ids(await store().find(query, options));
  beforeEach(() => store().empty());

  test.each([
    ['words', 'sleeping functions', 'functions that are sleeping', true],
    ['words with another ending', 'function sleep', 'functions that are sleeping', true],
    ['no word that only looks alike', 'funct', 'functional', true],
    ['every word', 'sleeping dogs', 'functions that are sleeping', false],
    ['words without accents', 'resume cafe', 'A résumé in a café', true],
    ['words with accents that have none', 'résumé', 'a resume', true],
    ['German words', 'haus', 'Das ist nicht der Weg, auf dem die Häuser und Höfe', true],
    ['Russian words', 'книга', 'Это книги и это не книги, что и как', true],
    ['words that are common', 'the', 'the end', true],
    ['the begin of the last word', 'sleeping func', 'functions that are sleeping', true],
    ['no begin of another word', 'func sleeping', 'functions that are sleeping', false],
    ['digits', '2026', 'in 2026', true],
    ['two letters of a Korean word', '검색', '전문검색기능', true],
    ['one letter', '검', '전문검색', true],
    ['letters that stand together only', '검능', '검색 기능', false],
    ['pairs that stand apart', '가나다', '가나 나다', false],
    ['Japanese in any width', 'データ', 'ﾃﾞｰﾀﾍﾞｰｽ', true],
    ['Chinese', '数据库', '一个数据库系统', true],
    ['Thai', 'ไทย', 'ภาษาไทย', true],
    ['letters of decomposed Hangul', '한글', '한글'.normalize('NFD'), true],
    ['a rare letter', '𠀀', '𠀀字', true],
    ['no other rare letter', '𠀀', '𠠀字', false],
    ['both scripts', '검색 eventing', 'Eventing으로 검색', true],
  ])('finds %s: %s', async (_, query, content, isFound) => {
    await store().put(postOf({ id: 1, title: '-', content }));
    expect(await idsOf(query)).toEqual(isFound ? [1] : []);
  });

  test('the stems of a post are those of its language, as its author says', async () => {
    await store().put(postOf({ id: 1, title: 'Häuser', lang: 'de' }), postOf({ id: 2, title: 'Häuser', lang: 'en' }));
    expect((await idsOf('haus')).toSorted()).toEqual([1, 2]);
    expect(
      ids(await store().find('', { terms: [{ text: 'haus', kind: 'word', categories: [], authors: [] }] })),
    ).toEqual([1]);
  });

  test('finds titles before labels before texts, then the newest', async () => {
    await store().put(
      postOf({ id: 1, title: 'Wake 기상' }),
      postOf({ id: 2, tags: ['wake', '기상'] }),
      postOf({ id: 3, content: 'They wake. 기상' }),
      postOf({ id: 4, content: 'They wake. 기상' }),
    );
    expect(await idsOf('기상')).toEqual([1, 2, 4, 3]);
    expect(await idsOf('wake')).toEqual([1, 2, 4, 3]);
  });

  test('keeps the newest version, however late an older one comes', async () => {
    await store().put(postOf({ id: 1, version: 2, title: 'second' }));
    await store().put(postOf({ id: 1, version: 1, title: 'first' }));
    expect([await idsOf('first'), await idsOf('second')]).toEqual([[], [1]]);
    await store().outbox.transaction((tx) => store().store.remove([1], tx));
    expect(await idsOf('second')).toEqual([]);
  });

  test('knows words that are written alike, of titles and texts, but neither of people nor of posts that are gone', async () => {
    const similar = (word: string) => store().store.similar(word, 3);
    await store().put(
      postOf({ id: 1, title: 'Eventing 한국의 날씨', content: 'Knative scales.', author: 'grace' }),
      postOf({ id: 2, title: 'Scaled', content: 'It scales.', tags: ['scalar'] }),
    );
    expect(await similar('evetning')).toEqual(['eventing']);
    expect(await similar('eventing')).toEqual([]);
    expect(await similar('knatvie')).toEqual(['knative']);
    expect(await similar('scaley')).toEqual(['scales', 'scaled']);
    expect(await similar('헌국')).toEqual(['한국']);
    expect(await similar('날시')).toEqual(['날씨']);
    expect(await similar('grase')).toEqual([]);
    await store().put(postOf({ id: 2, version: 2, title: 'Other' }));
    // Whether a word of a former version is known still, is the store's affair: what is suggested is looked for.
    expect(await similar('scaley')).toContain('scales');
  });

  test('filters, and has posts of a category or an author whose name is looked for', async () => {
    await store().put(
      postOf({ id: 1, author: 'Ann', categoryId: 1, tagSlugs: ['one'] }),
      postOf({ id: 2, author: 'Bob', categoryId: 2, tagSlugs: ['two'] }),
    );
    const at = (id: number) => new Date(Date.UTC(2026, 0, 1) + id * 1000);
    expect(await idsOf('title', { author: 'ann' })).toEqual([1]);
    expect(await idsOf('title', { category: 2 })).toEqual([2]);
    expect(await idsOf('title', { tag: 'two' })).toEqual([2]);
    expect(await idsOf('title', { from: at(2) })).toEqual([2]);
    expect(await idsOf('title', { until: at(2) })).toEqual([1]);
    const named = (text: string, kind: 'word' | 'dense') => ({
      terms: [{ text, kind, categories: [2], authors: [] }] as const,
    });
    expect(await idsOf('', named('news', 'word'))).toEqual([2]);
    expect(await idsOf('', named('소식', 'dense'))).toEqual([2]);
    const called = (text: string, kind: 'word' | 'dense') => ({
      terms: [{ text, kind, categories: [], authors: ['ann', 'nobody'] }] as const,
    });
    expect(await idsOf('', called('hall', 'word'))).toEqual([1]);
    expect(await idsOf('', called('김', 'dense'))).toEqual([1]);
  });

  test('long texts and long words are no problem', async () => {
    await store().put(
      postOf({ id: 1, content: 'x'.repeat(100_000) }),
      postOf({ id: 2, content: Array.from({ length: 40_000 }, (_, i) => i.toString(36)).join(' ') }),
      postOf({
        id: 3,
        content: Array.from({ length: 50_000 }, (_, i) => String.fromCodePoint(0x4e00 + ((i * 7919) % 20_000))).join(
          '',
        ),
      }),
    );
    expect(await idsOf('x'.repeat(200))).toEqual([1]);
    expect(await idsOf('rr')).toEqual([2]);
    expect(await idsOf('一')).toEqual([3]);
  });

  test('pages have every match once, also behind the first thousand', async () => {
    const count = manyMatches;
    await store().put(
      ...Array.from({ length: count }, (_, i) => postOf({ id: i + 1, content: i % 3 ? '글' : '글 글자' })),
    );
    const seen: number[] = [];
    let after: Search['after'];
    for (let page = 0; page < 40; page++) {
      const found = await store().find('글', { after });
      if (page === 0) expect(found.count).toBeUndefined();
      seen.push(...ids(found));
      if (!found.next) break;
      after = found.next;
    }
    expect(seen).toHaveLength(count);
    expect(new Set(seen).size).toBe(count);
    expect((await store().find('글자', { limit: 5 })).count).toBe(Math.ceil(count / 3));
  }, 60_000);

  test('finds what a scan finds in texts of Chinese, Japanese and Korean letters, and nothing else', async () => {
    const letters = fc.constantFrom(...'가나다라검색일본語京東あいアーｱ各한', ' ', ' ', '.', 'a');
    const text = fc.array(letters, { minLength: 1, maxLength: 25 }).map((all) => all.join(''));
    const part = fc.array(fc.constantFrom(...'가나다라검색일본語京東あいアー'), { minLength: 1, maxLength: 4 });
    await fc.assert(
      fc.asyncProperty(
        fc.array(text, { minLength: 5, maxLength: 12 }),
        fc.array(part, { minLength: 20, maxLength: 20 }),
        async (texts, parts) => {
          await store().empty();
          await store().put(...texts.map((content, i) => postOf({ id: i + 1, title: '-', content })));
          for (const query of [
            ...parts.map((all) => all.join('')),
            ...texts.map((each) => [...each.matchAll(/[^ .aｱ]{2,4}/gu)][0]?.[0] ?? '가'),
          ]) {
            const scanned = texts.flatMap((each, i) => (each.replaceAll('ｱ', 'ア').includes(query) ? [i + 1] : []));
            expect(
              (await idsOf(query)).toSorted((a, b) => a - b),
              query,
            ).toEqual(scanned);
          }
        },
      ),
      { numRuns },
    );
  }, 60_000);

  test('names what it has, to compare it with what there is', async () => {
    await store().put(...[5, 7, 9].map((id) => postOf({ id })));
    expect([await store().store.idsAfter(5), await store().store.idsAfter(0, 7)]).toEqual([
      [7, 9],
      [5, 7],
    ]);
    await store().outbox.transaction((tx) => store().store.remove([7, 8], tx));
    expect(await store().store.idsAfter(0)).toEqual([5, 9]);
  });
}
