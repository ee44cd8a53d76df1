import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ProblemError } from './problem-error.ts';
import { normalizePath } from './request-path.ts';

describe('the path of a request', () => {
  it.each([
    ['/', '/'],
    ['/blog/api/posts', '/blog/api/posts'],
    ['/.well-known/jwks.json', '/.well-known/jwks.json'],
    ['/blog/', '/blog/'],
    ['/a/./b', '/a/b'],
    ['/a/../b', '/b'],
    ['/a/%2e%2E/b', '/b'],
    ['/../../etc/passwd', '/etc/passwd'],
    ['/a/b/..', '/a/'],
    ['/..', '/'],
    ['//events', '//events'],
    ['/blog//api///posts', '/blog//api///posts'],
    ['/a//../b', '/a/b'],
    ['/a%2fb', '/a%2Fb'],
    ['/%5cevents', '/%5Cevents'],
    ['/\\events', '//events'],
    ['/a\\..\\events', '/events'],
    ['/%65vents', '/events'],
    ['/blog/posts/%C3%BC', '/blog/posts/%C3%BC'],
    ['/blog/posts/%c3%bc', '/blog/posts/%C3%BC'],
    ['/blog/posts/\xc3\xbc', '/blog/posts/%C3%BC'],
    ['/a%20b', '/a%20b'],
    ['/%25%36%35', '/%2565'],
    ['/%00', '/%00'],
    ['/...', '/...'],
  ])('%s is %s', (given, seen) => {
    expect(normalizePath(given)).toBe(seen);
  });

  it.each(['/%', '/%2', '/%zz', '/a#b'])('%s is rejected', (given) => {
    expect(() => normalizePath(given)).toThrow(ProblemError);
  });

  const anyPath = fc
    .array(
      fc.oneof(
        fc.constantFrom('/', '.', '..', '%2e', '%2E', '\\', '%41', '%C3', '//', '%25', 'events', '~'),
        fc.string({ maxLength: 3 }),
      ),
      {
        maxLength: 8,
      },
    )
    .map((parts) => `/${parts.join('')}`);

  it('once normal stays as it is', () => {
    fc.assert(
      fc.property(anyPath, (path) => {
        let once: string;
        try {
          once = normalizePath(path.replace(/[^\x21-\xff]/g, ''));
        } catch {
          return;
        }
        expect(normalizePath(once)).toBe(once);
      }),
    );
  });

  it('has no dot segment, no backslash, and nothing encoded that need not be', () => {
    fc.assert(
      fc.property(anyPath, (path) => {
        let normal: string;
        try {
          normal = normalizePath(path.replace(/[^\x21-\xff]/g, ''));
        } catch {
          return;
        }
        expect(normal).toMatch(/^\//);
        expect(normal).not.toMatch(/\/\.{1,2}(\/|$)|\\|[^\x21-\x7e]/);
        for (const [, hex] of normal.matchAll(/%(..)/g))
          expect(String.fromCharCode(Number.parseInt(hex!, 16))).not.toMatch(/[A-Za-z0-9\-._~]/);
      }),
    );
  });
});
