import { expect, test } from 'vitest';
import { parseDeadLetter } from './dead-letter.ts';

const base64 = (text: string) => Buffer.from(text).toString('base64');
const deadLetter = (code: string, body?: string) =>
  parseDeadLetter({
    attributes: {
      id: '1',
      knativeerrordest: 'http://x/',
      knativeerrorcode: code,
      ...(body && { knativeerrordata: base64(body) }),
    },
    data: undefined,
  });

test.each([
  ['422', '{"title":"x","detail":"The \\"n\\" is missing","status":422}', 422, 'answered 422: The "n" is missing'],
  ['500', '{"detail":"cut in the mid', 500, 'answered 500: {"detail":"cut in the mid'],
  ['503', 'upstream gone\nsecond line', 503, 'answered 503: upstream gone'],
  ['-1', 'ECONNREFUSED: connect', undefined, 'no answer: ECONNREFUSED: connect'],
  ['404', undefined, 404, 'answered 404'],
  ['99999', undefined, undefined, 'no answer'],
  ['500', 'x'.repeat(1000), 500, `answered 500: ${'x'.repeat(286)}`],
])('an answer %s with the body %s has a cause in one line', (code, body, status, cause) => {
  expect(deadLetter(code, body)).toMatchObject({ status, cause, event: { attributes: { id: '1' } } });
});

test('what is no text, or cut inside of a character, is still kept as one that can be stored', () => {
  const bytes = Buffer.from([0xff, 0x00, 0xf0, 0x9f]).toString('base64');
  const { body, cause } = parseDeadLetter({ attributes: { knativeerrordata: bytes }, data: undefined });
  expect(body).not.toContain('\u0000');
  expect(cause.isWellFormed()).toBe(true);
});

test("the multi-tenant Broker's count of replies is none of the event's own attributes; the time of its arrival, which subscribers see, stays", () => {
  const own = { id: '1', knativearrivaltime: '2026-11-24T16:37:23.404020348Z' };
  expect(
    parseDeadLetter({ attributes: { ...own, knativebrokerttl: '255' }, data: undefined }).event.attributes,
  ).toEqual(own);
});
