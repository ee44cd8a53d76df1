import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { normaliseEmail } from './email.ts';

describe('an e-mail address', () => {
  test.each([
    ['ada@example.org', 'ada@example.org'],
    [' Ada.L@EXAMPLE.org ', 'Ada.L@example.org'],
    ['a+tag@sub.example.org', 'a+tag@sub.example.org'],
    ['x@bücher.example', 'x@xn--bcher-kva.example'],
    [`${'l'.repeat(64)}@example.org`, `${'l'.repeat(64)}@example.org`],
  ])('%s is kept as %s', (given, kept) => expect(normaliseEmail(given)).toBe(kept));

  test.each([
    '',
    '@',
    'ada',
    'ada@',
    '@example.org',
    'ada@example',
    'a b@example.org',
    'ada@@example.org',
    '.ada@example.org',
    'a..b@example.org',
    'ada@-example.org',
    'ada@exa_mple.org',
    'ada@127.0.0.1',
    'ada@[127.0.0.1]',
    'ada@example..org',
    'ada@example.org.',
    `${'l'.repeat(65)}@example.org`,
    `ada@${'d'.repeat(64)}.org`,
    `ada@${'label.'.repeat(50)}org`,
    'ada@example.org\r\nBcc: all@example.org',
    '"a b"@example.org',
    'ada@exa\u0000mple.org',
  ])('%j is none', (given) => expect(normaliseEmail(given)).toBeUndefined());

  test('in its normal form stays as it is', () => {
    fc.assert(
      fc.property(fc.emailAddress(), (given) => {
        const kept = normaliseEmail(given);
        if (kept !== undefined) expect(normaliseEmail(kept)).toBe(kept);
      }),
    );
  });

  test('of any text is nothing, or printable ASCII with one @ and at most 254 octets', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.string({ unit: 'binary' }), (local, domain) => {
        const kept = normaliseEmail(`${local}@${domain}`);
        expect(kept ?? 'a@b.c').toMatch(/^[!-?A-~]{1,64}@[a-z0-9.-]{3,252}$/);
      }),
    );
  });
});
