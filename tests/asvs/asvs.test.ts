import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { levels } from './levels.ts';
import { partsOf, readTable } from './table.ts';
import { testTitles } from './test-titles.ts';

const project = join(import.meta.dirname, '../..');
const table = readTable();
const rows = table.flatMap((section) => section.rows);
const maxNotMet = 15;

/** Whether the file of a proof is there, and has what the proof names: a test exactly once, or a text. */
function holds(proof: string): boolean {
  const { path, holds } = partsOf(proof);
  if (!existsSync(join(project, path))) return false;
  const text = readFileSync(join(project, path), 'utf8');
  if (!path.endsWith('.test.ts')) return text.includes(holds);
  return testTitles(path, text).filter((title) => title === holds).length === 1;
}

describe('the table of OWASP ASVS', () => {
  test('has each requirement of levels 1 and 2 once, in order, with its level', () => {
    expect(levels.size).toBe(253);
    const numbers = (id: string) => id.slice(1).split('.').map(Number);
    const inOrder = [...levels].sort(([a], [b]) => {
      const [x, y] = [numbers(a), numbers(b)];
      const at = x.findIndex((number, index) => number !== y[index]);
      return (x[at] ?? 0) - (y[at] ?? 0);
    });
    expect(rows.map(({ id, level }) => [id, level])).toEqual(inOrder);
  });

  test('has each requirement in its section', () => {
    for (const { section, rows } of table)
      for (const { id } of rows) expect(id.replace(/\.\d+$/, '')).toBe(section.split(' ')[0]);
  });

  test('proves what is met, and gives reasons for the rest', () => {
    const wrong = rows.filter(({ status, proofs, note }) => (status === 'met' ? proofs.length === 0 : !note));
    expect(wrong.map(({ id }) => id)).toEqual([]);
  });

  test('names only proofs that exist', () => {
    const missing = rows.flatMap(({ id, proofs }) =>
      proofs.filter((proof) => !holds(proof)).map((proof) => `${id}: ${proof}`),
    );
    expect(missing).toEqual([]);
  });

  test(`has at most ${maxNotMet} that are not met, none of level 1`, () => {
    const open = rows.filter(({ status }) => status === 'not met');
    expect(open.length).toBeLessThanOrEqual(maxNotMet);
    expect(open.filter(({ level }) => level === 1)).toEqual([]);
  });
});

describe('titles of tests', () => {
  const text = `
    describe('a', options, () => {
      test('b', () => expect(it('no title of ours', 1)).toBe(1));
      describe.each([1])('c', () => { it.each(['x'])('%s is d', () => {}); test.for([1])(\`e \${n} f\`, () => {}); });
    });
    describeOn(targets, 'g', (target) => { it.skipIf(true)('h', () => {}); });
    log('i');`;

  test('are found below their groups', () => {
    const found = testTitles('x.test.ts', text);
    expect(found.filter((title) => !title.includes('no title'))).toEqual([
      'a > b',
      'a > c > %s is d',
      'a > c > e … f',
      'g > h',
    ]);
  });
});
