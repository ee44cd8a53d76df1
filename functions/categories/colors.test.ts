import { type TestDatabase, testDatabase } from '@dormouse/tests/database';
import { afterAll, beforeAll, expect, test } from 'vitest';

let db: TestDatabase;
let colors: string[];
beforeAll(async () => {
  db = await testDatabase('categories', 'posts');
  colors = (await db.as('categories')`SELECT color_at(n) AS color FROM generate_series(0, 1999) AS n ORDER BY n`).map(
    (row) => row.color,
  );
});
afterAll(() => db.drop());

test('the first 2,000 colours are all different', () => {
  expect(new Set(colors).size).toBe(2000);
});

test('white text on any of them has a contrast of at least 4.5:1', () => {
  expect(Math.min(...colors.map(contrastWithWhite))).toBeGreaterThanOrEqual(4.5);
});

test('the first 30 are far apart in OKLab', () => {
  const first = colors.slice(0, 30).map(oklab);
  const distances = first.flatMap((a, i) =>
    first.slice(i + 1).map((b) => Math.hypot(a[0] - b[0], a[1] - b[1], a[2] - b[2])),
  );
  expect(Math.min(...distances)).toBeGreaterThan(0.05);
});

test('a place of the sequence far out still has a colour', async () => {
  const [row] = await db.as('categories')`SELECT color_at(2000000000) AS color`;
  expect(row?.color).toMatch(/^#[0-9a-f]{6}$/);
});

const channels = (hex: string) =>
  [1, 3, 5].map((at) => {
    const value = Number.parseInt(hex.slice(at, at + 2), 16) / 255;
    return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
  }) as [number, number, number];

function contrastWithWhite(hex: string): number {
  const [r, g, b] = channels(hex);
  return 1.05 / (0.2126 * r + 0.7152 * g + 0.0722 * b + 0.05);
}

function oklab(hex: string): [number, number, number] {
  const [r, g, b] = channels(hex);
  const l = Math.cbrt(0.4122214708 * r + 0.5363325363 * g + 0.0514459929 * b);
  const m = Math.cbrt(0.2119034982 * r + 0.6806995451 * g + 0.1073969566 * b);
  const s = Math.cbrt(0.0883024619 * r + 0.2817188376 * g + 0.6299787005 * b);
  return [
    0.2104542553 * l + 0.793617785 * m - 0.0040720468 * s,
    1.9779984951 * l - 2.428592205 * m + 0.4505937099 * s,
    0.0259040371 * l + 0.7827717662 * m - 0.808675766 * s,
  ];
}
