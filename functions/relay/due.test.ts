import { expect, it } from 'vitest';
import { dueInOrder, type Missing } from './due.ts';

/** `a1!` is row 1 of subject a, which is due; `a2` is not; `a3*` was sent just now. */
const rows = (text: string): Missing[] =>
  text.split(' ').map((word) => ({
    position: word.slice(0, 2),
    subject: word.slice(0, 1),
    young: word.endsWith('*'),
    due: word.endsWith('!'),
  }));

it.each([
  ['a1!', 'a1'],
  ['a1', ''],
  ['a1*', ''],
  ['a1! b1 a2 b2! a3*', 'a1 a2'],
  ['a1! a2* a3!', 'a1'],
  ['a1 a2!', ''],
  ['b1! a1! a2! b2!', 'b1 a1 a2 b2'],
])('of %s goes %s: a subject when its oldest is due, and not what is on its way', (given, goes) => {
  expect(dueInOrder(rows(given)).join(' ')).toBe(goes);
});
