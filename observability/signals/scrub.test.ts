import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { scrub } from './scrub.ts';
import { scrubPath } from './scrub-path.ts';

describe('what must not be told', () => {
  test.each([
    ['Key (email)=(ann@example.org) already exists', 'Key (email)=([email]) already exists'],
    ['connect postgres://posts:hunter2@db:5432/x failed', 'connect postgres://[secret]@db:5432/x failed'],
    ['Authorization: Bearer abcdefgh.ijkl', 'Authorization: Bearer [secret]'],
    ['token eyJhbGciOi.eyJzdWIiOiIx.c2ln was refused', 'token [token] was refused'],
    ['{"password":"correct horse"}', '{"password":"[secret]"}'],
    ['a=1&password=hunter2&b=2', 'a=1&password="[secret]"&b=2'],
    ['GET /blog/users/ann%40example.org/posts', 'GET [email]/posts'],
    ['/ann@example.org/x?q=ann@example.org', '[email]'],
    ['?q=ann%2btag%2540mail.example%2Eorg', '[email]'],
    ['/x?access_token=abcdef&n=1', '/x?access_token="[secret]"&n=1'],
    ['/x?token%3Dabcdef', '/x?token%3D"[secret]"'],
    ['{"refresh_token":"abc","n":1}', '{"refresh_token":"[secret]","n":1}'],
  ])('%s', (text, scrubbed) => {
    expect(scrub(text)).toBe(scrubbed);
  });

  test('an e-mail address anywhere in a text is gone', () => {
    fc.assert(
      fc.property(fc.emailAddress(), fc.string(), (email, text) => {
        expect(scrub(`${text} <${email}> ${text}`)).not.toContain(email);
      }),
    );
  });

  test.each([
    'a',
    '-',
    '@a',
    'a@',
    '://',
    'eyJ',
    '"',
    '\\"',
    'bearer ',
    '%2e',
    'a%40',
    'a@b%2e',
    '%2540',
    'token_',
    'token',
  ])('a long text of %s takes a moment only', (unit) => {
    const text = `password ${unit.repeat(Math.floor(8_000 / unit.length))}`;
    const before = process.cpuUsage();
    expect(scrub(text)).toBeTypeOf('string');
    const { user, system } = process.cpuUsage(before);
    expect((user + system) / 1e3).toBeLessThan(200);
  });

  test('a line of JSON is still one', () => {
    fc.assert(
      fc.property(fc.record({ message: fc.string(), password: fc.string(), email: fc.emailAddress() }), (line) => {
        expect(() => JSON.parse(scrub(JSON.stringify(line)))).not.toThrow();
      }),
    );
  });

  test('other text stays as it is', () => {
    for (const text of [
      'GET /blog/api/posts 200',
      'SELECT posts',
      'the broker answered 503',
      'at file:///a/b.ts:1:2',
      '/@scope/name',
      '/a@b/c',
      'UPDATE posts SET tokens = $1',
      'the token is expired',
    ])
      expect(scrub(text)).toBe(text);
  });
});

describe('a path', () => {
  test.each([
    ['/blog/users/ann@example.org/posts', '/blog/users/[email]/posts'],
    ['/blog/users/ann%40example.org', '/blog/users/[email]'],
    ['/claim/eyJhbGciOi.eyJzdWIiOiIx.c2ln/now', '/claim/[token]/now'],
    ['/blog/api/posts/1', '/blog/api/posts/1'],
    ['/@scope/name', '/@scope/name'],
  ])('%s is told as %s', (path, told) => {
    expect(scrubPath(path)).toBe(told);
  });

  test('law: has no e-mail address', () => {
    fc.assert(
      fc.property(fc.emailAddress(), fc.constantFrom('@', '%40', '%2540'), (email, at) => {
        const written = encodeURIComponent(email).replace('%40', at);
        expect(scrubPath(`/a/${written}/b`)).toBe('/a/[email]/b');
      }),
    );
  });
});
