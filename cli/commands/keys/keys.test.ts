import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { dormouse } from '../../dormouse.fixture.ts';

let folder: string;
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'dormouse-keys-'));
  expect((await dormouse(['keys', 'init', folder])).out).toMatch(/^made 20/);
});
afterEach(() => rmSync(folder, { recursive: true }));
const listed = async () => JSON.parse((await dormouse(['keys', 'list', '--keys-dir', folder, '--json'])).out);

test('init makes a first key only', async () => {
  expect((await dormouse(['keys', 'init', folder])).out).toBe('there are keys already: nothing to do\n');
  expect(await listed()).toHaveLength(1);
});

test('rotate adds a key that signs later; list shows both', async () => {
  const { out } = await dormouse(['keys', 'rotate'], { env: { KEYS_DIR: folder } });
  const [, kid, signs] = /^added (\S+): published now, signs from (\S+)\n$/.exec(out) ?? [];
  expect(Date.parse(signs!) - Date.now()).toBeGreaterThan(300_000);
  expect(await listed()).toContainEqual({ kid, signs_from: signs });
  const text = (await dormouse(['keys', 'list', '--keys-dir', folder])).out.trimEnd().split('\n');
  expect(text).toHaveLength(2);
  expect(text).toContain(`${kid}  signs from ${signs}`);
});

test('rotate --drop-others signs with the new key alone', async () => {
  const [{ kid: old }] = await listed();
  const { out } = await dormouse(['keys', 'rotate', '--keys-dir', folder, '--drop-others', '--json']);
  const { added, dropped } = JSON.parse(out);
  expect(dropped).toEqual([old]);
  expect((await listed()).map(({ kid }: { kid: string }) => kid)).toEqual([added]);
});
