#!/usr/bin/env node
// Downloads the files of operators that a lock file lists, and holds them to the SHA-256 recorded there.
// usage: node terraform/operators/fetch.mjs LOCK FOLDER
// A file whose sum is not recorded yet gets it: look at the file, then commit the lock file. A file without an address has
// to be in the folder already. The lock file is only written when every file is there and no recorded sum differs.
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const sha256 = (content) => createHash('sha256').update(content).digest('hex');

const [lockFile, folder] = process.argv.slice(2);
if (!lockFile || !folder) {
  console.error('usage: node terraform/operators/fetch.mjs LOCK FOLDER');
  process.exit(2);
}
const lock = JSON.parse(readFileSync(lockFile, 'utf8'));
mkdirSync(folder, { recursive: true });

let problems = 0;
let recorded = 0;
for (const [operator, { version, files }] of Object.entries(lock))
  for (const file of files) {
    const told = `${operator} ${version}: ${file.name}`;
    try {
      const content = await contentOf(file);
      const sum = sha256(content);
      if (file.sha256 && file.sha256 !== sum)
        throw new Error(
          `has SHA-256 ${sum}, recorded is ${file.sha256}: somebody changed it, or you changed the version`,
        );
      writeFileSync(join(folder, file.name), content);
      console.log(`${told} ${file.sha256 ? 'is as recorded' : `recorded as ${sum}`}`);
      if (!file.sha256) recorded++;
      file.sha256 = sum;
    } catch (error) {
      console.error(`${told} ${error instanceof Error ? error.message : error}`);
      problems++;
    }
  }
if (problems > 0) process.exit(1);
if (recorded > 0) {
  writeFileSync(lockFile, `${JSON.stringify(lock, null, 2)}\n`);
  console.log(`${recorded} sums were recorded in ${lockFile}: look at the files in ${folder} before you commit it`);
}

/** What the folder already has with the recorded sum, else what the address answers. */
async function contentOf({ name, url, sha256: wanted }) {
  const path = join(folder, name);
  const there = existsSync(path) ? readFileSync(path) : undefined;
  if (there && (!url || sha256(there) === wanted)) return there;
  if (!url) throw new Error(`is not in ${folder}, and has no address: put it there yourself`);
  const response = await fetch(url).catch((error) => {
    throw new Error(`cannot be fetched: ${error.cause?.message ?? error.message}`);
  });
  if (!response.ok) throw new Error(`cannot be fetched: ${url} answered ${response.status}`);
  return Buffer.from(await response.arrayBuffer());
}
