import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { readTroublePages, troubleIndex } from './troubleshooting.ts';

/** `npm run generate`: writes the index of symptoms; with --check it only says whether it is up to date. */
const folder = join(import.meta.dirname, '../../docs/troubleshooting');
const file = join(folder, 'README.md');
const page = troubleIndex(readTroublePages(folder));

if (!process.argv.includes('--check')) writeFileSync(file, page);
else if (readFileSync(file, { encoding: 'utf8', flag: 'a+' }) !== page) {
  console.error('docs/troubleshooting/README.md does not list the entries of its pages: npm run generate');
  process.exitCode = 1;
}
