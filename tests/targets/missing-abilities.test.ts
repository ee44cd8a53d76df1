import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { everyTarget, targetsWith } from '../describe-on.ts';
import { missingAbilities } from '../target.ts';

test('docs/how-to/scenarios.md shows what each target lacks, and why', () => {
  const page = readFileSync(join(import.meta.dirname, '../../docs/how-to/scenarios.md'), 'utf8');
  const rows = Object.entries(missingAbilities).flatMap(([name, reasons]) =>
    Object.entries(reasons).map(([ability, reason]) => `| ${name} | \`${ability}\` | ${reason} |`),
  );
  const [, table = ''] = /<!-- what targets lack -->\n([\s\S]*?)<!-- end -->/.exec(page) ?? [];
  expect(table.trim().split('\n').slice(2)).toEqual(rows);
});

test('a scenario runs on the targets that lack nothing of what it needs', () => {
  expect(everyTarget.targetNames).toEqual(['in process', 'local', 'cluster']);
  expect(targetsWith('roll', 'services').targetNames).toEqual(['local', 'cluster']);
});
