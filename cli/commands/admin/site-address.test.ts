import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { siteAddress } from './site-address.ts';

const home = mkdtempSync(join(tmpdir(), 'dormouse-site-'));
afterAll(() => rmSync(home, { recursive: true }));

test('links name the address of this command, else of the last start, else of this machine', () => {
  const at = (env: Record<string, string> = {}) =>
    siteAddress({ env: { DORMOUSE_HOME: home, ...env }, root: '/nowhere' });
  expect(at()).toBe('http://127.0.0.1:8080');
  expect(at({ PORT: '8090' })).toBe('http://127.0.0.1:8090');
  writeFileSync(join(home, 'public-url'), '');
  expect(at()).toBe('http://127.0.0.1:8080');
  writeFileSync(join(home, 'public-url'), 'https://blog.example');
  expect(at({ PORT: '8090' })).toBe('https://blog.example');
  expect(at({ PUBLIC_URL: 'https://other.example/' })).toBe('https://other.example');
});
