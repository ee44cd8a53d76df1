import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { differences } from './differences.ts';
import { withDifferences } from './differences-table.ts';
import { readTroublePages, troubleIndex } from './troubleshooting.ts';

/** `npm run generate`: writes the index of symptoms and the table of differences; with --check it only says whether they are up to date. */
const docs = join(import.meta.dirname, '../../docs');
const read = (file: string) => readFileSync(join(docs, file), { encoding: 'utf8', flag: 'a+' });
const pages = {
  'troubleshooting/README.md': troubleIndex(readTroublePages(join(docs, 'troubleshooting'))),
  'reference/local-platform.md': withDifferences(read('reference/local-platform.md'), differences),
};

for (const [file, page] of Object.entries(pages)) {
  if (read(file) === page) continue;
  if (!process.argv.includes('--check')) writeFileSync(join(docs, file), page);
  else {
    console.error(`docs/${file} is not up to date: npm run generate`);
    process.exitCode = 1;
  }
}
