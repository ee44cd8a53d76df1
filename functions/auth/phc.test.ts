import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { decodePhc, encodePhc } from './phc.ts';

const hash = fc.record({
  memory: fc.integer({ min: 8, max: 9_999_999 }),
  passes: fc.integer({ min: 1, max: 99 }),
  lanes: fc.integer({ min: 1, max: 99 }),
  salt: fc.uint8Array({ minLength: 8, maxLength: 64 }),
  tag: fc.uint8Array({ minLength: 12, maxLength: 64 }),
});
const plain = (value: { salt: Uint8Array; tag: Uint8Array }) => ({
  ...value,
  salt: [...value.salt],
  tag: [...value.tag],
});

describe('a PHC string', () => {
  test('decodes to what was encoded', () => {
    fc.assert(fc.property(hash, (value) => void expect(plain(decodePhc(encodePhc(value)))).toEqual(plain(value))));
  });

  test('with any one character changed is refused or another hash, never the same', () => {
    fc.assert(
      fc.property(hash, fc.nat(), fc.constantFrom(...'$,=aZ09+/-_ \n\u0000'), (value, at, character) => {
        const text = encodePhc(value);
        const index = at % text.length;
        const changed = text.slice(0, index) + character + text.slice(index + 1);
        fc.pre(changed !== text);
        let decoded: ReturnType<typeof decodePhc>;
        try {
          decoded = decodePhc(changed);
        } catch (error) {
          expect(error).toBeInstanceOf(TypeError);
          return;
        }
        expect(plain(decoded)).not.toEqual(plain(value));
      }),
    );
  });

  test.each([
    ['another algorithm', '$argon2i$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc'],
    ['another version', '$argon2id$v=16$m=65536,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc'],
    ['bcrypt', '$2b$12$R9h/cIPz0gi.URNNX3kh2OPST9/PgBkqquzi.Ss7KIUgO2t0jWMUW'],
    ['no cost', '$argon2id$v=19$m=0,t=0,p=0$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc'],
    [
      'a memory that would stop the machine',
      '$argon2id$v=19$m=99999999,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc',
    ],
    ['nothing', ''],
  ])('of %s is refused without quoting it', (_, text) => {
    expect(() => decodePhc(text)).toThrow(/^not a (canonical )?PHC string( of argon2id)?$/);
  });
});
