import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { differences } from './differences.ts';
import { withDifferences } from './differences-table.ts';

const root = join(import.meta.dirname, '../..');
const page = readFileSync(join(root, 'docs/reference/local-platform.md'), 'utf8');

describe('the table of differences', () => {
  test('has at most 15 rows, each with a reason', () => {
    expect(differences.length).toBeLessThanOrEqual(15);
    for (const each of differences)
      for (const text of [each.what, each.cluster, each.here, each.because]) expect(text).toMatch(/^[^|\n]+$/);
  });

  test.each(differences.map((each) => [each.what, each] as const))('shows a test of %s', (_, { shownBy }) => {
    expect(shownBy.length).toBeGreaterThan(0);
    for (const [file, words] of shownBy) expect(readFileSync(join(root, file), 'utf8'), file).toContain(words);
  });

  test('is on its page as it is written here', () => {
    expect(withDifferences(page, differences)).toBe(page);
    expect(withDifferences(page, differences.slice(1))).not.toBe(page);
    expect(() => withDifferences('# Empty', differences)).toThrow('the page has no');
  });
});
