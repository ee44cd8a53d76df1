import { commonPasswords } from './common-passwords.ts';

/** Parts of an address that are shorter are in too many words. */
const minOwn = 3;

/**
 * Why a password is too easy to guess; undefined when it is not. Looks for the commonest ones, also with up to four digits or signs
 * behind, for runs such as `23456789` and `aaaaaaaa`, and for the person's name and address anywhere in it, in any case.
 */
export function weakPassword(password: string, person: { username?: string; email?: string }): string | undefined {
  const plain = password.normalize('NFKC').toLowerCase();
  const stem = plain.replace(/[\d\W_]{1,4}$/u, '');
  if (commonPasswords.has(plain) || commonPasswords.has(stem) || stem === 'dormouse' || isRun(plain))
    return 'is one of the first that anybody would try';
  const own = [person.username, person.email?.split('@')[0]].filter(
    (text) => text && text.length >= minOwn,
  ) as string[];
  const backwards = [...plain].reverse().join('');
  if (own.some((text) => plain.includes(text.toLowerCase()) || backwards.includes(text.toLowerCase())))
    return 'must not contain your name or address';
  return undefined;
}

/** Whether every character is the same distance (0, 1 or −1) from the one before: aaaa, 1234, dcba. */
function isRun(text: string): boolean {
  const codes = [...text].map((character) => character.codePointAt(0) as number);
  const steps = codes.slice(1).map((code, index) => code - (codes[index] as number));
  return steps.every((step) => step === steps[0] && Math.abs(step) <= 1);
}
