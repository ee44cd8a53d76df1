import { join } from 'node:path';
import { generate, outdated } from '@dormouse/events/generate';
import { rules, ruleTests } from './documents.ts';
import { dashboardFiles } from './grafana/documents.ts';

const folders = { 'prometheus/rules': rules(), 'prometheus/tests': ruleTests(), 'grafana/generated': dashboardFiles() };
const check = process.argv.includes('--check');

for (const [name, wanted] of Object.entries(folders)) {
  const folder = join(import.meta.dirname, name);
  const changed = check ? outdated(folder, wanted) : generate(folder, wanted);
  for (const path of changed) console.log(`${check ? 'out of date: ' : 'written: '}observability/${name}/${path}`);
  if (!check || changed.length === 0) continue;
  console.error('Run `npm run generate` and commit the result.');
  process.exitCode = 1;
}
