import { chmodSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { accessToken, readAccessToken } from './access-token.ts';

let home: string;
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'dormouse-token-'));
});
afterEach(() => rmSync(home, { recursive: true }));

it('is made once, and only its owner may read it', () => {
  expect(readAccessToken(home)).toBeUndefined();
  const made = accessToken(home);
  expect(made).toMatch(/^[0-9a-f]{64}$/);
  chmodSync(join(home, 'access-token'), 0o644);
  expect(accessToken(home)).toBe(made);
  expect(readAccessToken(home)).toBe(made);
  expect(statSync(join(home, 'access-token')).mode & 0o777).toBe(0o600);
});

it('is made anew where its file holds no secret', () => {
  for (const text of ['', 'short\n', '../'.repeat(15)]) {
    writeFileSync(join(home, 'access-token'), text, { mode: 0o644 });
    const made = accessToken(home);
    expect(readFileSync(join(home, 'access-token'), 'utf8')).toBe(`${made}\n`);
    expect(made).toMatch(/^[0-9a-f]{64}$/);
    expect(statSync(join(home, 'access-token')).mode & 0o777).toBe(0o600);
  }
});
