import { type TestDatabase, testDatabase } from '@dormouse/tests/database';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';

let db: TestDatabase;
let asPosts: ReturnType<TestDatabase['as']>;
beforeAll(async () => {
  db = await testDatabase('categories', 'posts');
  asPosts = db.as('posts');
});
afterAll(() => db.drop());

interface Category {
  id: string;
  name: string;
  slug: string;
  color: string;
  created: boolean;
}
const category = async (name: string) =>
  (await asPosts<Category[]>`SELECT * FROM categories.get_or_create(${name})`)[0] as Category;

test('names that differ in case, width, spaces or what cannot be seen are one category', async () => {
  const first = await category('Straße  Zwei');
  for (const same of [
    ' straße zwei ',
    'STRASSE ZWEI',
    'Ｓｔｒａｓｓｅ\u00a0Zwei',
    'straße\tzwei',
    'stra\u200bße zwei',
  ]) {
    expect(await category(same)).toMatchObject({ id: first.id, name: 'Straße Zwei', created: false });
  }
});

test.each([
  ['C', 'c'],
  ['C#', 'c-sharp'],
  ['C++', 'c-plus-plus'],
  ['.NET', 'dot-net'],
  ['NET', 'net'],
  ['Node.js', 'node-js'],
  ['R&D', 'r-and-d'],
  ["Don't", 'dont'],
  ['日本語', '日本語'],
  ['हिन्दी', 'हिन्दी'],
  ['Ünïcode', 'ünïcode'],
  ['<script>alert(1)</script>', 'script-alert-1-script'],
])('the slug of %s is %s', async (name, slug) => {
  expect((await category(name)).slug).toBe(slug);
});

test('names without any letter have slugs of their own', async () => {
  const slugs = [];
  for (const name of ['!!!', '???', '🎉', '👩‍👩‍👧', '…']) slugs.push((await category(name)).slug);
  expect(new Set(slugs).size).toBe(5);
  for (const slug of slugs) expect(slug).toMatch(/^category(-\d+)?$/);
});

test('a name written in look-alike letters does not get a slug that looks the same', async () => {
  await category('paypal');
  expect((await category('рауpаl')).slug).toMatch(/-2$/);
  await category('cafe');
  expect((await category('café')).slug).toBe('café-2');
});

test('a name of which nothing can be seen is refused', async () => {
  for (const name of ['', '   ', '\u200b\u2060', '\u3164'])
    await expect(category(name)).rejects.toMatchObject({ code: '22023' });
});

test('marks that turn the direction of writing are not kept in the shown name', async () => {
  expect((await category('\u202eevil\u202c name')).name).toBe('evil name');
});

test('whatever the names, distinct ones have distinct slugs and colours, and the same one is found again', async () => {
  const sql = asPosts;
  const name = fc
    .string({ unit: 'grapheme', minLength: 1, maxLength: 20 })
    .filter((value) => !/[\u0000-\u001f\u007f\p{Surrogate}]/u.test(value));
  await fc.assert(
    fc.asyncProperty(fc.array(name, { minLength: 2, maxLength: 8 }), async (names) => {
      const seen = new Map<string, string>();
      for (const each of names) {
        const [visible] = await db.admin`SELECT categories.name_key(${each}) AS key`;
        if (visible?.key === '') continue;
        const [made] = await sql<Category[]>`SELECT * FROM categories.get_or_create(${each})`;
        const [again] = await sql<Category[]>`SELECT * FROM categories.get_or_create(${each})`;
        expect(again?.id).toBe(made?.id);
        expect(made?.slug).not.toMatch(/^$|[\s/?#%"<>\\]|^-|-$|--/);
        seen.set(visible?.key, made?.id ?? '');
      }
      expect(new Set(seen.values()).size).toBe(seen.size);
    }),
    { numRuns: 60 },
  );
  const [row] =
    await db.admin`SELECT count(*)::int AS all, count(DISTINCT slug)::int AS slugs, count(DISTINCT color)::int AS colors FROM categories.categories`;
  expect(row).toMatchObject({ slugs: row?.all, colors: row?.all });
});

test("posts' role may call what is published and nothing else", async () => {
  const sql = asPosts;
  await expect(sql`SELECT * FROM categories.categories`).rejects.toMatchObject({ code: '42501' });
  await expect(sql`DELETE FROM categories.categories`).rejects.toMatchObject({ code: '42501' });
  await expect(sql`SELECT categories.count_post(1, 1, 1, true, false)`).rejects.toMatchObject({ code: '42501' });
  await expect(sql`SELECT categories.free_color()`).rejects.toMatchObject({ code: '42501' });
});

test('other roles may not call the published functions', async () => {
  await db.admin.unsafe(
    "DO $$ BEGIN CREATE ROLE stranger LOGIN PASSWORD 'test'; EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL; END $$",
  );
  await expect(db.as('stranger')`SELECT categories.get_or_create('x')`).rejects.toMatchObject({ code: '42501' });
});

test('twenty concurrent requests for new categories make each once, with colours of their own', async () => {
  const sql = asPosts;
  const made = await Promise.all(
    Array.from({ length: 20 }, (_, i) => sql<Category[]>`SELECT * FROM categories.get_or_create(${`New ${i % 10}`})`),
  );
  const rows = made.map(([row]) => row as Category);
  expect(new Set(rows.map((row) => row.id)).size).toBe(10);
  expect(new Set(rows.map((row) => row.color)).size).toBe(10);
  expect(rows.filter((row) => row.created)).toHaveLength(10);
});
