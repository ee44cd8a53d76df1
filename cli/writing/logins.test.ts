import { chmodSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { loginsOf } from './logins.ts';

const home = mkdtempSync(join(tmpdir(), 'dormouse-logins-'));
afterAll(() => rmSync(home, { recursive: true }));

const login = { username: 'ada', token: 'secret', scopes: ['posts:read'], expires_at: null };
const mode = (file: string) => statSync(file).mode & 0o777;

it('are files that nobody else can read, one for each blog', () => {
  const logins = loginsOf({ env: { HOME: home } });
  const file = logins.keep({ ...login, url: 'https://blog.example' });
  expect(file).toBe(join(home, '.config/dormouse/logins/https_blog.example.json'));
  expect([mode(file), mode(dirname(file))]).toEqual([0o600, 0o700]);
  logins.keep({ ...login, url: 'http://127.0.0.1:8080' });
  logins.keep({ ...login, url: 'https://blog.example', token: 'newer' });
  expect(logins.of('https://blog.example')).toEqual({ ...login, url: 'https://blog.example', token: 'newer' });
  expect(logins.all().map(({ url }) => url)).toEqual(['http://127.0.0.1:8080', 'https://blog.example']);
  logins.forget('http://127.0.0.1:8080');
  expect(logins.of('http://127.0.0.1:8080')).toBeUndefined();
});

it('lie where XDG_CONFIG_HOME says, if that is a whole path', () => {
  const at = (XDG_CONFIG_HOME: string) => loginsOf({ env: { HOME: home, XDG_CONFIG_HOME } }).fileOf('https://a');
  expect(at(join(home, 'xdg'))).toBe(join(home, 'xdg/dormouse/logins/https_a.json'));
  expect(at('xdg')).toBe(join(home, '.config/dormouse/logins/https_a.json'));
});

it('are not taken from a file that others can read, or that is something else', () => {
  const logins = loginsOf({ env: { HOME: home } });
  const file = logins.keep({ ...login, url: 'https://open.example' });
  chmodSync(file, 0o644);
  expect(() => logins.of('https://open.example')).toThrow('can be read by others');
  chmodSync(file, 0o600);
  writeFileSync(file, '{"url":1}');
  expect(() => logins.of('https://open.example')).toThrow('is not what "dormouse login" writes');
});
