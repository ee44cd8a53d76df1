import { join } from 'node:path';
import { render } from '@dormouse/manifests/kustomize/kustomize';
import { expect, test } from 'vitest';
import { check } from './check.ts';
import { nameOf, shown } from './manifest.ts';
import { rejectedByKnative } from './planted-knative.fixture.ts';
import { unlimited } from './planted-limits.fixture.ts';
import { dangling } from './planted-references.fixture.ts';
import { misrouted } from './planted-routing.fixture.ts';
import { misshapen } from './planted-schema.fixture.ts';
import { plant } from './planting.ts';

const sound = render(join(import.meta.dirname, '../overlays/lab')).map(({ manifest }) => manifest);
const planted = [...misshapen, ...rejectedByKnative, ...dangling, ...misrouted, ...unlimited].map((row) => ({
  ...row,
  name: typeof row.object === 'string' ? row.object : nameOf(row.object),
  path: row.at ?? row.field ?? '',
}));

test('nothing is wrong with what no error was planted in', async () => {
  expect((await check(sound)).map(shown)).toEqual([]);
});

test.each(planted)('$name: $path: $says', async ({ name, path, says, ...row }) => {
  const problems = (await check(plant(sound, { says, ...row }).all)).map(shown);
  const lines = typeof says === 'string' ? [[path, says].filter(Boolean).join(': ')] : says;
  expect(problems).toEqual(lines.map((line) => `${name}: ${line}`));
});
