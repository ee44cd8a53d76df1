import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { telemetryPage } from './telemetry-page.ts';

const path = 'docs/reference/telemetry.md';
const file = join(import.meta.dirname, '../..', path);
const current = () => {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
};

if (current() !== telemetryPage()) {
  const check = process.argv.includes('--check');
  console.log(`${check ? 'out of date: ' : 'written: '}${path}`);
  if (check) {
    console.error('Run `npm run generate` and commit the result.');
    process.exitCode = 1;
  } else writeFileSync(file, telemetryPage());
}
