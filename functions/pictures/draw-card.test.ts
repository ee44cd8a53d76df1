import sharp from 'sharp';
import { describe, expect, test } from 'vitest';
import { cardDrawer } from './draw-card.ts';
import { NoEncoder } from './encoded.ts';

const draw = cardDrawer();
const card = (title: string, blog = 'Late & Sleepy') => draw({ title, blog, accent: '#8f4a1b' });

/** Pixels as RGB. */
const pixelsOf = async (png: Buffer | undefined) => {
  const { data, info } = await sharp(png).removeAlpha().raw().toBuffer({ resolveWithObject: true });
  const isWhite = (x: number, y: number) => {
    const at = (y * info.width + x) * 3;
    return data[at]! > 240 && data[at + 1]! > 240 && data[at + 2]! > 240;
  };
  /** White pixels between two columns and two rows. */
  const white = (from: number, until: number, top = 0, bottom = info.height) => {
    let count = 0;
    for (let y = top; y < bottom; y++) for (let x = from; x < until; x++) if (isWhite(x, y)) count++;
    return count;
  };
  return { ...info, white, first: Array.from(data.subarray(0, 3)) };
};

describe('the picture of a post', () => {
  test('has 1200 × 630 pixels, the accent colour of the blog, the title and the name', async () => {
    const { width, height, first, white } = await pixelsOf(await card('Wake on request'));
    expect([width, height]).toEqual([1200, 630]);
    expect(first[0]! - first[2]!).toBeGreaterThan(60);
    expect(white(0, 1200, 72, 220)).toBeGreaterThan(5_000);
    expect(white(0, 1200, 520, 566)).toBeGreaterThan(1_000);
  });

  // Letters that no font has are boxes, which are all alike.
  test.each([
    ['Latin', 'nnn', 'ooo'],
    ['Latin with marks', 'ăăă', 'ěěě'],
    ['Vietnamese', 'ạạạ', 'ộộộ'],
    ['Cyrillic', 'ггг', 'шшш'],
    ['Hangul', '가가가', '힣힣힣'],
    ['kana', 'あああ', 'んんん'],
    ['Han', '山山山', '川川川'],
    ['Arabic', 'ببب', 'ججج'],
    ['Hebrew', 'אאא', 'ששש'],
    ['emoji', '😀😀😀', '🚀🚀🚀'],
  ])('has letters of %s', async (_, one, other) => {
    const [a, b] = [await card(one), await card(other)];
    expect(a).toBeDefined();
    expect(a?.equals(b ?? Buffer.of())).toBe(false);
  });

  test('keeps to its margins, however long a title or a word of it is', async () => {
    for (const title of [
      'Supercalifragilistic'.repeat(6),
      'word '.repeat(24).trim(),
      '가'.repeat(120),
      'W'.repeat(120),
    ]) {
      const { white } = await pixelsOf(await card(title, 'x'.repeat(80)));
      expect([title.slice(0, 9), white(0, 78), white(1124, 1200), white(0, 1200, 0, 60)]).toEqual([
        title.slice(0, 9),
        0,
        0,
        0,
      ]);
      expect(white(0, 1200, 470, 515)).toBe(0);
    }
  });

  test('begins on the right where its language does', async () => {
    const { white } = await pixelsOf(await card('בלוג', 'הבלוג'));
    expect(white(0, 600)).toBe(0);
    expect(white(900, 1124)).toBeGreaterThan(1_000);
  });

  test('leaves out a title or a name whose letters could not be read, and signs that no font has', async () => {
    const same = async (one: Promise<Buffer>, other: Promise<Buffer>) => (await one).equals(await other);
    expect(await same(card('ภาษาไทย'), card('Late & Sleepy', ''))).toBe(true);
    expect(await same(card('Title', 'ภาษาไทย'), card('Title', ''))).toBe(true);
    expect(await same(card('ภาษาไทย', 'ภาษาไทย'), card('', ''))).toBe(true);
    expect(await same(card('A \u{10fffd}B'), card('A B'))).toBe(true);
  });

  test('is the same for the same words', async () => {
    const other = await cardDrawer()({ title: 'Again', blog: 'Late & Sleepy', accent: '#8f4a1b' });
    expect((await card('Again'))?.equals(other ?? Buffer.of())).toBe(true);
  });
});

test('a machine without Takumi says what is missing', async () => {
  const without = cardDrawer(async () => {
    throw new NoEncoder('missing');
  });
  await expect(without({ title: 'a', blog: 'b', accent: '#000000' })).rejects.toThrow(NoEncoder);
});
