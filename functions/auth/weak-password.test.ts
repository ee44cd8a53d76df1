import { describe, expect, test } from 'vitest';
import { weakPassword } from './weak-password.ts';

const person = { username: 'Ada.Lovelace', email: 'ada@example.org' };

describe('a password', () => {
  test.each(['password', 'PASSWORD1', 'Qwerty123', '12345678', '98765432', 'aaaaaaaa', 'zyxwvuts', 'ｐａｓｓｗｏｒｄ'])(
    '%s is one of the first tried',
    (password) => expect(weakPassword(password, person)).toBe('is one of the first that anybody would try'),
  );

  test.each(['ada.lovelace', 'Ada.Lovelace1815!', 'ecalevol.ada', 'ada@example.org'])('%s is the person', (password) =>
    expect(weakPassword(password, person)).toBe('must not be your name or address'),
  );

  test.each(['correct horse battery', 'engine-of-ada', 'x7!kPq2z', '        x', 'zażółć gęślą jaźń'])(
    '%s is fine',
    (password) => expect(weakPassword(password, person)).toBeUndefined(),
  );
});
