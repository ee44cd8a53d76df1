import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { reference } from './reference.ts';

/** `npm run generate`: writes the page about the command line; with --check it only says whether it is up to date. */
const file = join(import.meta.dirname, '../docs/reference/command-line.md');
const page = reference();

if (!process.argv.includes('--check')) writeFileSync(file, page);
else if (readFileSync(file, { encoding: 'utf8', flag: 'a+' }) !== page) {
  console.error('docs/reference/command-line.md is not what cli/commands says: npm run generate');
  process.exitCode = 1;
}
