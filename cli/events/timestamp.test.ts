import fc from 'fast-check';
import { expect, test } from 'vitest';
import { timestamp } from './timestamp.ts';

const now = Date.parse('2026-01-31T14:00:00Z');

test.each([
  ['now', '2026-01-31T14:00:00.000Z'],
  ['30m', '2026-01-31T13:30:00.000Z'],
  ['12h', '2026-01-31T02:00:00.000Z'],
  ['7d', '2026-01-24T14:00:00.000Z'],
  ['2026-01-31T14:00:00+02:00', '2026-01-31T12:00:00.000Z'],
  ['2026-01-31 14:00', new Date(2026, 0, 31, 14).toISOString()],
  ['2026-01-31', new Date(2026, 0, 31).toISOString()],
])('%s is a time', (text, expected) => expect(timestamp(text, now)).toBe(expected));

test.each(['', 'noon', '5', '-5m', '2026', '2026-13-01', '31.01.2026', '12x'])('%j is none', (text) => {
  expect(() => timestamp(text, now)).toThrow('not a time');
});

test('what a program writes as RFC 3339 is read as the same timestamp', () => {
  fc.assert(
    fc.property(
      fc.date({ min: new Date('1970-01-01T00:00:00Z'), max: new Date('9998-12-31T00:00:00Z'), noInvalidDate: true }),
      (date) => {
        expect(timestamp(date.toISOString())).toBe(date.toISOString());
      },
    ),
  );
});
