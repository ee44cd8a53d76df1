import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Trigger } from '@dormouse/manifests/model';
import { afterAll, expect, it } from 'vitest';
import { births } from './births.ts';

const folder = mkdtempSync(join(tmpdir(), 'births-'));
afterAll(() => rmSync(folder, { recursive: true }));

const trigger = (name: string) => ({ namespace: 'test', name }) as Trigger;
const [counts, archive] = [trigger('counts'), trigger('archive')];
const on = (day: number) => () => new Date(Date.UTC(2026, 0, day));

it('a Trigger is as old after a restart as it was before, one that came since is younger', () => {
  const file = join(folder, 'triggers.json');
  births(file, on(1))([counts]);
  const createdAt = births(file, on(2))([counts, archive]);
  expect([createdAt(counts), createdAt(archive)]).toEqual([on(1)(), on(2)()]);
});

it('a Trigger that was taken away and comes again is new', () => {
  const file = join(folder, 'again.json');
  births(file, on(1))([counts, archive]);
  births(file, on(2))([archive]);
  const createdAt = births(file, on(3))([counts, archive]);
  expect([createdAt(counts), createdAt(archive)]).toEqual([on(3)(), on(1)()]);
});

it('a file that is cut short, or holds no times, is begun anew', () => {
  const file = join(folder, 'broken.json');
  for (const text of ['{"test/counts": "2026-', '{"test/counts": "yesterday"}', 'null']) {
    writeFileSync(file, text);
    expect(births(file, on(4))([counts])(counts)).toEqual(on(4)());
    expect(JSON.parse(readFileSync(file, 'utf8'))).toEqual({ 'test/counts': '2026-01-04T00:00:00.000Z' });
  }
});
