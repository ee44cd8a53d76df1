import { writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import type { SoakOptions } from './options.ts';
import { asMarkdown } from './report.ts';
import { soak } from './soak.ts';

// `dormouse soak` starts this program with its options as JSON.
const { command, minutes, seed, report } = JSON.parse(process.argv[2] ?? '{}') as SoakOptions;

console.log(`seed ${seed}, ${cpus().length} processors`);
const result = await soak({
  seed,
  attackSeconds: minutes * 60,
  quietSeconds: Math.min(180, Math.max(20, minutes * 6)),
  // Longer than functions stay awake without requests.
  cooldownSeconds: Math.min(120, Math.max(20, minutes * 10)),
  strength: 1,
  say: (line) => console.log(`· ${line}`),
});
const markdown = asMarkdown(result, command);
console.log(`\n${markdown}`);
if (report !== undefined) {
  const base = report.replace(/\.(md|json)$/, '');
  writeFileSync(`${base}.md`, `${markdown}\n`);
  writeFileSync(`${base}.json`, `${JSON.stringify(result, undefined, 2)}\n`);
}
if (result.failures.length > 0) process.exitCode = 1;
