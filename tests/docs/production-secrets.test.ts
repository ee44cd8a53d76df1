import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';

const project = join(import.meta.dirname, '../..');
const read = (path: string) => readFileSync(join(project, path), 'utf8');

// An entry that the table lacks is found out by a function that never becomes ready.
test('the table of production.md has every entry that External Secrets reads', () => {
  const wanted = globSync('knative/components/external-secrets/generated/*.yaml', { cwd: project }).flatMap((path) =>
    [...read(path).matchAll(/^ +key: (\S+)$/gm)].map(([, key]) => key),
  );
  const table = [...read('docs/how-to/production.md').matchAll(/^\| `dormouse\/.*$/gm)].join('\n');
  const named = [...table.matchAll(/`(dormouse\/[a-z-]+)`/g)].map(([, key]) => key);
  expect(wanted.length).toBeGreaterThan(20);
  expect(named.sort()).toEqual([...new Set(wanted)].sort());
});
