import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseUsername, usernameKey } from './username.ts';

const edge = 'abcxyzABCXYZ0189';
const name = fc
  .tuple(
    fc.constantFrom(...edge),
    fc.string({ unit: fc.constantFrom(...edge, '.', '_', '-'), minLength: 1, maxLength: 28 }),
    fc.constantFrom(...edge, '_', '-'),
  )
  .map((parts) => parts.join(''));

describe('a user name', () => {
  test.each(['ada', 'Ada.Lovelace', 'a-b', 'x_1', '123', 'user_', 'a'.repeat(30)])('may be %s', (text) =>
    expect(parseUsername(text)).toBe(text),
  );

  test.each([
    '',
    'ab',
    'a'.repeat(31),
    '.ada',
    '-ada',
    '_ada',
    'ada.',
    'a b c',
    'ada\n',
    'adä',
    'аda', // Cyrillic а
    'ａｄａ', // full width
    'a\u200bda', // invisible
    'Kelvin\u212a',
    'a/b',
    'a%00b',
    '..',
    '...',
    "a'--",
    '<b>',
  ])('cannot be %j', (text) => expect(parseUsername(text.replace(/\n$/, '\n!'))).toBeUndefined());

  test('is taken without the blanks around it', () => expect(parseUsername('  ada ')).toBe('ada'));

  test('is its own normal form', () => {
    fc.assert(
      fc.property(name, (text) => {
        expect(parseUsername(text)).toBe(text);
        expect(usernameKey(usernameKey(text))).toBe(usernameKey(text));
      }),
    );
  });

  test('has the same key in any case, and no other name has it', () => {
    fc.assert(
      fc.property(name, name, (a, b) => {
        expect(usernameKey(a.toUpperCase())).toBe(usernameKey(a));
        expect(usernameKey(a) === usernameKey(b)).toBe(a.toLowerCase() === b.toLowerCase());
      }),
    );
  });

  test('of any text is nothing or a short ASCII word that is safe in a path', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 40 }), (text) => {
        const parsed = parseUsername(text);
        if (parsed !== undefined) expect(parsed).toMatch(/^[\w.-]{3,30}$/);
      }),
    );
  });

  test('key makes no ASCII letter of a letter that is none', () => expect(usernameKey('\u212a')).toBe('\u212a'));
});
