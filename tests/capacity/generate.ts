import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { readInputs } from './inputs.ts';
import { withTables } from './page.ts';
import { tables } from './tables.ts';

/** `npm run generate`: recomputes the tables of the pages about capacity and cost; with --check it only says whether they are up to date. */
const made = tables(readInputs());
for (const name of ['capacity.md', 'cost.md']) {
  const file = join(import.meta.dirname, '../../docs/operations', name);
  const before = readFileSync(file, 'utf8');
  const after = withTables(before, made);
  if (before === after) continue;
  if (process.argv.includes('--check')) {
    console.error(`docs/operations/${name} is not what capacity.yaml says: npm run generate`);
    process.exitCode = 1;
  } else writeFileSync(file, after);
}
