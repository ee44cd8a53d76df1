import { existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { dormouse } from '../dormouse.fixture.ts';

let folder: string;
let home: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'dormouse-reset-'));
  home = join(folder, 'home');
});
afterEach(() => rmSync(folder, { recursive: true }));
const filled = () => mkdirSync(join(home, 'events'), { recursive: true });

test('deletes after a yes, or without asking', async () => {
  filled();
  expect(await dormouse(['reset', '--home', home], { answer: true })).toEqual({
    code: 0,
    out: `deleted ${home}\n`,
    err: '',
  });
  filled();
  expect((await dormouse(['reset', '-y'], { env: { DORMOUSE_HOME: home } })).code).toBe(0);
  expect(existsSync(home)).toBe(false);
  expect((await dormouse(['reset', '--home', home])).out).toBe(`there is nothing to delete in ${home}\n`);
});

test('deletes nothing after a no, or where nobody can be asked', async () => {
  filled();
  expect(await dormouse(['reset', '--home', home], { answer: false })).toMatchObject({
    code: 1,
    out: 'nothing was deleted\n',
  });
  const { code, err } = await dormouse(['reset', '--home', home]);
  expect({ code, err }).toEqual({ code: 2, err: expect.stringContaining('Nobody can be asked here: add --yes') });
  expect(existsSync(home)).toBe(true);
});

test('deletes no folder that is not a platform’s', async () => {
  mkdirSync(join(home, 'photos'), { recursive: true });
  const { code, err } = await dormouse(['reset', '--home', home, '--yes']);
  expect({ code, err }).toEqual({
    code: 1,
    err: `dormouse reset: ${home} is not a folder of the local platform: nothing was deleted\n`,
  });
  expect(existsSync(join(home, 'photos'))).toBe(true);
});
