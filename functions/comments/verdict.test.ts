import { describe, expect, test } from 'vitest';
import { type Candidate, type Circumstances, digestOf, verdict } from './verdict.ts';

const harmless: Candidate = { content: 'Well said.', isGuest: false, filledHoneypot: false };
const known: Circumstances = {
  policy: 'open',
  isModerator: false,
  wasPublished: true,
  recent: 0,
  repeated: 0,
  words: ['casino', '카지노'],
};
const judged = (candidate: Partial<Candidate>, circumstances: Partial<Circumstances> = {}) => {
  const { status, reasons } = verdict({ ...harmless, ...candidate }, { ...known, ...circumstances });
  return [status, ...reasons];
};

describe('what a policy shows at once', () => {
  test.each([
    ['open', true, false, ['published']],
    ['open', false, true, ['published']],
    ['first_held', true, false, ['published']],
    ['first_held', false, false, ['held', 'first']],
    ['first_held', true, true, ['held', 'first']],
    ['all_held', true, false, ['held', 'policy']],
  ] as const)('%s, known %s, guest %s', (policy, wasPublished, isGuest, expected) => {
    expect(judged({ isGuest }, { policy, wasPublished })).toEqual(expected);
  });

  test('of whoever moderates, everything', () => {
    const spam = { content: `${'casino '.repeat(9)}https://a https://b https://c`, filledHoneypot: true };
    expect(judged(spam, { policy: 'all_held', isModerator: true, recent: 99, repeated: 9 })).toEqual(['published']);
  });
});

describe('what waits under every policy', () => {
  test.each([
    ['a link of a guest', { content: 'See https://a.example', isGuest: true }, {}, ['links']],
    ['a link in a name', { name: 'www.a.example', isGuest: true }, {}, ['links']],
    ['two links of an account', { content: 'https://a.example www.b.example' }, {}, []],
    ['three links', { content: 'https://a.example www.b.example HTTP://c.example' }, {}, ['links']],
    ['of guests, however harmless the text', { content: 'https://a', isGuest: true }, { likelihood: 0.1 }, ['links']],
    [
      'no links in a text that is surely none of spam',
      { content: '[URL=x]y[/URL]'.repeat(9) },
      { likelihood: 0.1 },
      [],
    ],
    ['links in one that may be', { content: 'https://a https://b https://c' }, { likelihood: 0.3 }, ['links']],
    ['what was learned to be spam', {}, { likelihood: 0.8 }, ['learned']],
    ['markup of forums', { content: '[URL=x]y[/URL]' }, {}, ['markup']],
    ['a link in HTML', { content: '<A HREF=x>y</A>' }, {}, ['markup']],
    ['a word of the list', { content: 'The best ＣＡＳＩＮＯ' }, {}, ['words']],
    ['a word with an invisible mark in it', { content: 'cas\u200bino' }, {}, ['words']],
    ['a Korean word within another', { content: '온라인카지노추천' }, {}, ['words']],
    ['a word in a name', { name: 'Casino', isGuest: true }, {}, ['words']],
    ['what was said before', { content: 'This is a text with some length.' }, { repeated: 1 }, ['repeated']],
    ['short texts, however often', { content: 'Thank you!' }, { repeated: 9 }, []],
    ['the fourth within five minutes', {}, { recent: 3 }, ['fast']],
  ] as const)('%s', (_, candidate, circumstances, reasons) => {
    expect(judged(candidate, circumstances)).toEqual([reasons.length > 0 ? 'held' : 'published', ...reasons]);
  });

  test('what a program filled in is spam', () => {
    expect(judged({ filledHoneypot: true })).toEqual(['spam', 'honeypot']);
  });
});

test('texts are the same without case, blanks, width and marks', () => {
  expect(digestOf('Buy  NOW — cheap!')).toBe(digestOf('buy now, ｃｈｅａｐ'));
  expect(digestOf('Buy now')).not.toBe(digestOf('Buynow'));
});
