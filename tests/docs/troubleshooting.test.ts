import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { readTroublePages, troubleIndex, troublePage } from './troubleshooting.ts';

const folder = join(import.meta.dirname, '../../docs/troubleshooting');
const pages = readTroublePages(folder);
const happened = pages.filter(({ file }) => file !== 'messages.md');

describe('docs/troubleshooting', () => {
  test.each(happened)('every entry of $file says cause, fix, and how it was found', ({ entries }) => {
    expect(entries.length).toBeGreaterThan(5);
    expect(entries.filter(({ parts }) => parts.join() !== 'Cause,Fix,Found').map(({ symptom }) => symptom)).toEqual([]);
  });

  test('every message says what it means and what to do', () => {
    const { entries } = pages.find(({ file }) => file === 'messages.md')!;
    expect(entries.length).toBeGreaterThan(5);
    expect(entries.filter(({ parts }) => parts.join() !== 'Means,Do').map(({ symptom }) => symptom)).toEqual([]);
  });

  test('at least thirty entries happened, no symptom is told twice', () => {
    const symptoms = pages.flatMap(({ entries }) => entries.map(({ symptom }) => symptom));
    expect(happened.flatMap(({ entries }) => entries).length).toBeGreaterThanOrEqual(30);
    expect(new Set(symptoms).size).toBe(symptoms.length);
  });

  test('the index lists each of them', () => {
    expect(readFileSync(join(folder, 'README.md'), 'utf8')).toBe(troubleIndex(pages));
  });

  test('an entry without its finding is seen, and its anchor is the one that GitHub makes', () => {
    const text =
      '# On a cluster\n\n## `It` fails\n\n**Cause.** A.\n\nMore of it.\n\n**Fix.** B.\n\n## It fails\n\n**Fix.** B.\n';
    const page = troublePage('x.md', text);
    expect(page).toEqual({
      file: 'x.md',
      title: 'On a cluster',
      entries: [
        { symptom: '`It` fails', anchor: 'it-fails', parts: ['Cause', 'Fix'] },
        { symptom: 'It fails', anchor: 'it-fails-1', parts: ['Fix'] },
      ],
    });
    expect(troubleIndex([page])).toContain(
      '## On a cluster\n\n- [`It` fails](x.md#it-fails)\n- [It fails](x.md#it-fails-1)\n',
    );
  });
});
