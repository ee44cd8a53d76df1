import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { frontMatter } from './front-matter.ts';
import { timestamp } from './timestamp.ts';

describe('a date', () => {
  it.each([
    ['2021-03-04', '2021-03-04T00:00:00.000Z'],
    ['2024-5-3', '2024-05-03T00:00:00.000Z'],
    ['2021/03/04', '2021-03-04T00:00:00.000Z'],
    ['2021-03-04T05:06:07Z', '2021-03-04T05:06:07.000Z'],
    ['2021-03-04T05:06:07.890+02:00', '2021-03-04T03:06:07.890Z'],
    ['2021-03-04 05:06', '2021-03-04T05:06:00.000Z'],
    ['2021-03-04 05:06:07 +0100', '2021-03-04T04:06:07.000Z'],
    ['2021-03-04 5:06:07 UTC', '2021-03-04T05:06:07.000Z'],
    ['March 4, 2021', '2021-03-04T00:00:00.000Z'],
    ['Thursday, March 4th, 2021', '2021-03-04T00:00:00.000Z'],
    ['Mar 4 2021', '2021-03-04T00:00:00.000Z'],
    ['4 March 2021', '2021-03-04T00:00:00.000Z'],
    ['4th of Sept. 2021', '2021-09-04T00:00:00.000Z'],
    ['04.03.2021', '2021-03-04T00:00:00.000Z'],
    ['**2021-03-04**', '2021-03-04T00:00:00.000Z'],
    ['2021-03-04T05:06:07-05', '2021-03-04T10:06:07.000Z'],
    ['Thu, 04 Mar 2021 05:06:07 GMT', '2021-03-04T05:06:07.000Z'],
    ['Mar 4, 2021 5:06', '2021-03-04T05:06:00.000Z'],
    ['1969-07-20', '1969-07-20T00:00:00.000Z'],
  ])('%s is %s', (text, expected) => expect(timestamp(text)).toBe(expected));

  it.each([
    '3/4/2021',
    'May 18–20, Valencia',
    '2021-02-30',
    '2021-13-01',
    'soon',
    '',
    '20210304',
    'v1.10',
    42,
    null,
    undefined,
    true,
    new Date(Number.NaN),
  ])('is not guessed from %j', (value) => expect(timestamp(value)).toBeUndefined());

  it('without a zone is in the one that is given, in summer and in winter', () => {
    expect(timestamp('2022-01-01 23:30', 'Europe/Berlin')).toBe('2022-01-01T22:30:00.000Z');
    expect(timestamp('2022-07-01', 'Europe/Berlin')).toBe('2022-06-30T22:00:00.000Z');
    expect(timestamp('2022-07-01T00:00:00Z', 'Europe/Berlin')).toBe('2022-07-01T00:00:00.000Z');
    const toml = frontMatter('+++\na = 2021-03-04\nb = 2021-03-04T05:06:07\n+++\n').fields;
    expect([timestamp(toml.a, 'Asia/Seoul'), timestamp(toml.b, 'Asia/Seoul')]).toEqual([
      '2021-03-03T15:00:00.000Z',
      '2021-03-03T20:06:07.000Z',
    ]);
  });

  it('may be any kind of TOML date', () => {
    const dates = frontMatter(
      '+++\na = 2021-03-04\nb = 2021-03-04T05:06:07\nc = 2021-03-04T05:06:07+02:00\n+++\n',
    ).fields;
    expect([dates.a, dates.b, dates.c].map((date) => timestamp(date))).toEqual([
      '2021-03-04T00:00:00.000Z',
      '2021-03-04T05:06:07.000Z',
      '2021-03-04T03:06:07.000Z',
    ]);
  });

  it('in RFC 3339 is kept to the millisecond', () => {
    fc.assert(
      fc.property(
        fc.date({ min: new Date('1970-01-01'), max: new Date('2999-12-31'), noInvalidDate: true }),
        (date) => {
          expect(timestamp(date.toISOString())).toBe(date.toISOString());
        },
      ),
    );
  });
});
