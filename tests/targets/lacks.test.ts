import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { everyTarget, targetsWith } from '../describe-on.ts';
import { lacks } from '../target.ts';

test('docs/how-to/scenarios.md shows what each target lacks, and why', () => {
  const page = readFileSync(join(import.meta.dirname, '../../docs/how-to/scenarios.md'), 'utf8');
  const rows = Object.entries(lacks).flatMap(([place, reasons]) =>
    Object.entries(reasons).map(([ability, reason]) => `| ${place} | \`${ability}\` | ${reason} |`),
  );
  const [, table = ''] = /<!-- what targets lack -->\n([\s\S]*?)<!-- end -->/.exec(page) ?? [];
  expect(table.trim().split('\n').slice(2)).toEqual(rows);
});

test('a scenario runs on the targets that lack nothing of what it needs', () => {
  expect(everyTarget.places).toEqual(['in process', 'local', 'cluster']);
  expect(targetsWith('roll', 'services').places).toEqual(['local', 'cluster']);
});
