import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { scrub } from './scrub.ts';

describe('what must not be told', () => {
  test.each([
    ['Key (email)=(ann@example.org) already exists', 'Key (email)=([email]) already exists'],
    ['connect postgres://posts:hunter2@db:5432/x failed', 'connect postgres://[secret]@db:5432/x failed'],
    ['Authorization: Bearer abcdefgh.ijkl', 'Authorization: Bearer [secret]'],
    ['token eyJhbGciOi.eyJzdWIiOiIx.c2ln was refused', 'token [token] was refused'],
    ['{"password":"correct horse"}', '{"password":"[secret]"}'],
    ['a=1&password=hunter2&b=2', 'a=1&password="[secret]"&b=2'],
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

  test.each(['a', '-', '@a', 'a@', '://', 'eyJ', '"', '\\"', 'bearer '])(
    'a long text of %s takes a moment only',
    (unit) => {
      const text = `password ${unit.repeat(Math.floor(8_000 / unit.length))}`;
      const before = process.cpuUsage();
      expect(scrub(text)).toBeTypeOf('string');
      const { user, system } = process.cpuUsage(before);
      expect((user + system) / 1e3).toBeLessThan(200);
    },
  );

  test('a line of JSON is still one', () => {
    fc.assert(
      fc.property(fc.record({ message: fc.string(), password: fc.string(), email: fc.emailAddress() }), (line) => {
        expect(() => JSON.parse(scrub(JSON.stringify(line)))).not.toThrow();
      }),
    );
  });

  test('other text stays as it is', () => {
    for (const text of ['GET /blog/api/posts 200', 'SELECT posts', 'the broker answered 503', 'at file:///a/b.ts:1:2'])
      expect(scrub(text)).toBe(text);
  });
});
