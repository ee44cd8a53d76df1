import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { asvsPage } from './page.ts';
import { readTable } from './table.ts';

/** `npm run generate`: writes the page about OWASP ASVS; with --check it only says whether it is up to date. */
const file = join(import.meta.dirname, '../../docs/security/asvs.md');
const page = asvsPage(readTable());

if (!process.argv.includes('--check')) writeFileSync(file, page);
else if (readFileSync(file, { encoding: 'utf8', flag: 'a+' }) !== page) {
  console.error('docs/security/asvs.md is not what asvs.yaml says: npm run generate');
  process.exitCode = 1;
}
