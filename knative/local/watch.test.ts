import { mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { eventually } from './platform.fixture.ts';
import { type Watcher, watchFiles } from './watch.ts';

let folder: string;
let watcher: Watcher;
const heard: string[] = [];
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'dormouse-watch-'));
  for (const name of ['a', 'b', 'other']) writeFileSync(join(folder, name), 'x');
  await sleep(50); // what was written just before may still be reported
  heard.length = 0;
  watcher = watchFiles((files) => heard.push(...[...files].map((file) => file.slice(folder.length + 1))));
  watcher.files([join(folder, 'a'), join(folder, 'b')]);
});
afterEach(() => {
  watcher.close();
  rmSync(folder, { recursive: true, force: true });
});

it('a changed file is reported once, however often it was written', async () => {
  for (const text of ['1', '22', '333']) writeFileSync(join(folder, 'a'), text);
  await eventually(() => heard.length > 0, 'a report');
  await sleep(150);
  expect(heard).toEqual(['a']);
});

it('a file that an editor replaced is still watched', async () => {
  for (const text of ['12', '123']) {
    writeFileSync(join(folder, '.b.swp'), text);
    renameSync(join(folder, '.b.swp'), join(folder, 'b'));
    await eventually(() => heard.length > 0, `a report of ${text}`);
    expect(heard.splice(0)).toEqual(['b']);
  }
});

it('other files are not reported', async () => {
  writeFileSync(join(folder, 'other'), 'changed');
  writeFileSync(join(folder, 'a'), 'changed');
  await eventually(() => heard.length > 0, 'a report');
  expect(heard).toEqual(['a']);
});
