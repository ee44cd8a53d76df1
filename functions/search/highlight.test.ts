import { expect, test } from 'vitest';
import { candidateWords, highlight, numbered } from './highlight.ts';
import { termsOf } from './query.ts';

const shown = (body: string, query: string, { title = '', labels = '', meant = [] as string[] } = {}) =>
  highlight({ id: 1, title, labels, body }, termsOf(query), numbered(meant));

test('marks letters and words as they are written', () => {
  expect(shown('전문검색 기능', '검색')).toBe('전문<mark>검색</mark> 기능');
  expect(shown('A Résumé, done', 'resume', { meant: ['resume'] })).toBe('A <mark>Résumé</mark>, done');
  expect(shown('東京タワー', '東京 京タ')).toBe('<mark>東京タ</mark>ワー');
});

test('is HTML without anything of the text in it', () => {
  expect(shown('<script>검색</script> & "x"', '검색')).toBe(
    '&lt;script&gt;<mark>검색</mark>&lt;/script&gt; &amp; &quot;x&quot;',
  );
  expect(shown('<mark>가</mark>', '가')).toBe('&lt;mark&gt;<mark>가</mark>&lt;/mark&gt;');
});

test('shows where most terms stand, cut between words', () => {
  const filler = 'lorem ipsum dolor sit amet '.repeat(40);
  const html = shown(`${filler}wake alone ${filler}wake the sleeper ${filler}`, 'wake sleeper', {
    meant: ['wake', 'sleeper'],
  });
  expect(html).toMatch(/^…(?:\w+ )+<mark>wake<\/mark> the <mark>sleeper<\/mark>(?: \w+)+…$/);
  expect(html.length).toBeLessThan(320);
});

test('shows the beginning, and marks title or labels, where the text has no term', () => {
  expect(shown('A text.', '검색', { title: '검색 엔진' })).toBe('<mark>검색</mark> 엔진 — A text.');
  expect(shown('A text.', '검색', { title: 'Engine', labels: '검색 · ann' })).toBe('<mark>검색</mark> — A text.');
  expect(shown('A text.', 'news')).toBe('A text.');
});

test('tears no letter apart', () => {
  const html = shown(`${'👨‍👩‍👧‍👦'.repeat(30)}검색${'👨‍👩‍👧‍👦'.repeat(80)}`, '검색');
  expect(html.replace(/…|<\/?mark>|검색|👨‍👩‍👧‍👦/gu, '')).toBe('');
});

test('asks for the stems of words that may be meant only', () => {
  const hit = { id: 1, title: 'Sleep', labels: 'ann', body: 'sleeping slept other' };
  expect(candidateWords([hit], termsOf('sleeper 검색'))).toEqual(['sleep', 'sleeping', 'slept']);
});
