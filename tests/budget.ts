/**
 * Prints how the code stands against the house style: a mirror, not a gate. `npm run budget`
 * Lines of code leave out blank lines and comments; function lengths are not measured here, biome reports complexity.
 */
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

const tracked = execFileSync('git', ['ls-files', '*.ts'], { encoding: 'utf8' }).trim().split('\n');
const files = tracked.map((path) => ({
  path,
  test: /\.test\.ts$|^tests\//.test(path),
  ...count(readFileSync(path, 'utf8')),
}));
const sources = files.filter(({ test }) => !test);
const tests = files.filter(({ test }) => test);
const sum = (list: typeof files) => list.reduce((total, { code }) => total + code, 0);
const sizes = sources.map(({ code }) => code).sort((a, b) => a - b);
const at = (share: number) => sizes[Math.ceil(share * sizes.length) - 1];

console.log(`source: ${sources.length} files, ${sum(sources)} lines of code; per file p50 ${at(0.5)}, p95 ${at(0.95)}`);
console.log(
  `tests: ${tests.length} files, ${sum(tests)} lines; ${(sum(tests) / sum(sources)).toFixed(2)} per line of code`,
);
console.log(
  `any: ${
    files
      .filter(({ anys }) => anys)
      .map(({ path }) => path)
      .join(', ') || 'none'
  }`,
);
console.log('longest:');
for (const { path, code } of [...sources].sort((a, b) => b.code - a.code).slice(0, 8)) console.log(`  ${code} ${path}`);

function count(text: string): { code: number; anys: boolean } {
  const bare = text.replaceAll(/\/\*[\s\S]*?\*\//g, '');
  const lines = bare.split('\n').filter((line) => line.trim() && !line.trim().startsWith('//'));
  return { code: lines.length, anys: lines.some((line) => /(:|<|as|=>) ?any\b/.test(line)) };
}
