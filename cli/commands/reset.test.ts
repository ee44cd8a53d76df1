import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { markHome } from '@dormouse/local/home-marker';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { dormouse } from '../dormouse.fixture.ts';

let folder: string;
let home: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'dormouse-reset-'));
  home = join(folder, 'home');
});
afterEach(() => rmSync(folder, { recursive: true }));
const filled = () => {
  mkdirSync(home);
  markHome(home);
  mkdirSync(join(home, 'events'));
};

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

test.each([
  ['photos', ['photos']],
  ['a project that has folders of such names', ['build', 'events', 'photos', 'postgres', 'volumes']],
])('deletes nothing of a folder that the platform did not make: %s', async (_, names) => {
  for (const name of names) mkdirSync(join(home, name), { recursive: true, mode: 0o755 });
  const { code, err } = await dormouse(['reset', '--home', home, '--yes']);
  expect({ code, err }).toEqual({
    code: 1,
    err: `dormouse reset: ${home} was not made by the local platform: nothing was deleted\n`,
  });
  expect(readdirSync(home)).toEqual(names);
});

test('deletes nothing where a platform was started in the folder of a project', async () => {
  mkdirSync(join(home, 'build'), { recursive: true });
  markHome(home);
  expect((await dormouse(['reset', '--home', home, '--yes'])).code).toBe(1);
  expect(readdirSync(home)).toEqual(['build']);
});

test('deletes what the platform made, and nothing that lies beside or behind it', async () => {
  const elsewhere = join(folder, 'elsewhere');
  mkdirSync(elsewhere);
  writeFileSync(join(elsewhere, 'photo'), '');
  filled();
  symlinkSync(elsewhere, join(home, 'volumes'));
  writeFileSync(join(home, 'notes.txt'), '');
  expect(await dormouse(['reset', '--home', home, '--yes'])).toEqual({
    code: 0,
    out: `deleted all but notes.txt in ${home}\n`,
    err: '',
  });
  expect(readdirSync(home)).toEqual(['notes.txt']);
  expect(readdirSync(elsewhere)).toEqual(['photo']);
});

test('knows a folder that an older platform made, which has no marker', async () => {
  for (const name of ['build', 'events', 'volumes', 'secrets'])
    mkdirSync(join(home, name), { recursive: true, mode: 0o700 });
  expect((await dormouse(['reset', '--home', home, '--yes'])).code).toBe(0);
  expect(existsSync(home)).toBe(false);
});
