import type postgres from 'postgres';

export const scripts = ['ko', 'en', 'ja', 'zh'] as const;
export type Script = (typeof scripts)[number];

/** Half of the posts Korean, a third English, the rest Japanese and Chinese. */
export const scriptOf = (id: number): Script => (id % 6 < 3 ? 'ko' : id % 6 < 5 ? 'en' : id % 12 === 5 ? 'ja' : 'zh');

export type Random = (below: number) => number;

/** The same numbers each time (Park and Miller). */
export function randomOf(seed: number): Random {
  let state = seed;
  return (below) => (state = (state * 48_271) % 0x7fffffff) % below;
}

/** Words by script; the first ones are common, as in any language (Zipf). */
function textsOf(random: Random): Record<Script, (words: number) => string> {
  const letters = (from: number, count: number, length: number) =>
    Array.from({ length }, () => String.fromCodePoint(from + Math.floor((random(count) * random(count)) / count))).join(
      '',
    );
  const dictionary = (make: () => string) => Array.from({ length: 20_000 }, make);
  const text = (words: readonly string[], between: string) => (count: number) =>
    Array.from({ length: count }, () => words[Math.floor(words.length ** (random(1_000_000) / 1_000_000)) - 1]).join(
      between,
    );
  const endings = ['', '', '을', '를', '이', '가', '은', '는', '에서', '으로', '했다', '하는'];
  const korean = dictionary(() => letters(0xac00, 1100, 2 + random(2)) + endings[random(endings.length)]);
  return {
    ko: text(korean, ' '),
    en: text(
      dictionary(() => letters(0x61, 26, 2 + random(8))),
      ' ',
    ),
    ja: text(
      dictionary(() => letters(0x4e00, 1200, 1 + random(2)) + letters(0x3042, 80, 1 + random(3))),
      '',
    ),
    zh: text(
      dictionary(() => letters(0x4e00, 2500, 1 + random(3))),
      '',
    ),
  };
}

const batch = 1000;

/** Fills the table of posts: as many as it says, in this order of time, and the same ones each time. */
export async function writePosts(admin: postgres.Sql, posts: number, random: Random, progress: (line: string) => void) {
  const texts = textsOf(random);
  for (let first = 1; first <= posts; first += batch) {
    const rows = Array.from({ length: Math.min(batch, posts - first + 1) }, (_, i) => {
      const id = first + i;
      const script = scriptOf(id);
      const content = texts[script](script === 'en' ? 90 : 140);
      return { id, title: texts[script](4), content, author: random(50), category: 1 + random(5), lang: script };
    });
    await admin`
      INSERT INTO posts.posts (id, author_id, author, category_id, status, slug, title, excerpt, content, created_at, updated_at, published_at, lang)
      SELECT id, 1 + author, 'author-' || author, category, 'published', 'post-' || id, title, left(content, 200), content, at, at, at, lang
      FROM json_to_recordset(${JSON.stringify(rows)}::text::json) AS new (id bigint, title text, content text, author int, category bigint, lang text),
        LATERAL (SELECT '2010-01-01Z'::timestamptz + id * interval '1 hour' AS at) AS time`;
    if (first % 20_000 === 1) progress(`search: ${first - 1} of ${posts} posts written`);
  }
  await admin`ANALYZE posts.posts`;
}
