import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { HomeInUse, holderOf, lockHome } from './home-lock.ts';

let home: string;
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'dormouse-lock-'));
});
afterEach(() => rmSync(home, { recursive: true, force: true }));

it('a folder is taken by one platform at a time', () => {
  const release = lockHome(home);
  expect(() => lockHome(home)).toThrow(HomeInUse);
  expect(holderOf(home)).toBe(process.pid);
  release();
  expect(holderOf(home)).toBeUndefined();
  lockHome(home)();
});

it('the lock of a process that was killed is taken over', async () => {
  const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)']);
  writeFileSync(join(home, 'lock'), `${child.pid} 1`); // same id, begun at another time
  const unlock = lockHome(home);
  expect(holderOf(home)).toBe(process.pid);
  unlock();
  const ended = new Promise((done) => child.once('exit', done));
  child.kill('SIGKILL');
  await ended;
  writeFileSync(join(home, 'lock'), `${child.pid} 12345`);
  lockHome(home);
  expect(holderOf(home)).toBe(process.pid);
});

it('a lock that holds nonsense is taken over', () => {
  for (const text of ['', 'nonsense', '-1 gone', '0 gone']) {
    writeFileSync(join(home, 'lock'), text);
    const unlock = lockHome(home);
    expect(holderOf(home)).toBe(process.pid);
    unlock();
  }
});
