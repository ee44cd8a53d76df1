import { describe, expect, test } from 'vitest';
import { commonPasswords } from './common-passwords.ts';
import { weakPassword } from './weak-password.ts';

const person = { username: 'Ada.Lovelace', email: 'enchantress@example.org' };
const common = 'is one of the first that anybody would try';

describe('a password', () => {
  test.each([
    'password',
    'PASSWORD1',
    'Password2026!',
    'Qwerty123',
    '12345678',
    '98765432',
    'aaaaaaaa',
    'zyxwvuts',
    'ｐａｓｓｗｏｒｄ',
    'Dormouse1',
    'voxstrange',
  ])('%s is one of the first tried', (password) => expect(weakPassword(password, person)).toBe(common));

  test('of the 3,000 commonest that are long enough is refused, in capitals too', () => {
    const candidates = [...commonPasswords].filter(({ length }) => length >= 8).slice(0, 3000);
    expect(candidates).toHaveLength(3000);
    for (const each of candidates) expect(weakPassword(each.toUpperCase(), person), each).toBe(common);
  });

  test.each([
    'ada.lovelace',
    'Ada.Lovelace1815!',
    'my name is ADA.LOVELACE',
    'x7-ecalevol.ada-q',
    'enchantress@example.org',
    'an Enchantress of numbers',
  ])('%s contains the person', (password) =>
    expect(weakPassword(password, person)).toBe('must not contain your name or address'),
  );

  test('may contain what is too short to be somebody', () =>
    expect(weakPassword('a me of one’s own', { username: 'virginia', email: 'me@example.org' })).toBeUndefined());

  test.each(['correct horse battery', 'engine-of-ada', 'x7!kPq2z', '        x', 'zażółć gęślą jaźń'])(
    '%s is fine',
    (password) => expect(weakPassword(password, person)).toBeUndefined(),
  );
});
