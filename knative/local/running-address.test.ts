import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { lockHome } from './home-lock.ts';
import { noteAddress, runningAddress } from './running-address.ts';

let home: string;
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'address-'));
});
afterEach(() => rmSync(home, { recursive: true }));

test('the address is known as long as its platform runs', () => {
  const unlock = lockHome(home);
  expect(runningAddress(home)).toBeUndefined();
  const forget = noteAddress(home, 'http://127.0.0.1:9090');
  expect(runningAddress(home)).toBe('http://127.0.0.1:9090');
  forget();
  expect(runningAddress(home)).toBeUndefined();
  unlock();
});

test('what a killed platform noted counts no more', () => {
  noteAddress(home, 'http://127.0.0.1:9090');
  expect(runningAddress(home)).toBeUndefined();
});
