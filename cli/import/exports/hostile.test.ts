import { expect, test } from 'vitest';
import { withoutShortcodes } from './shortcodes.ts';
import { withSpans } from './spans.ts';
import { withBlocks, wordpressMarkdown } from './wordpress-text.ts';

/** As long as a post may be. What is quadratic takes thousands of times as long as an ordinary text of this length. */
const length = 1024 * 1024;
const most = 60;
const tries = 5;
const long = (unit: string): string => unit.repeat(Math.floor(length / unit.length));
const ordinary = long(
  '<p>Some words of a <code>post</code>, with [b]a shortcode[/b].</p>\n<!-- wp:p --><pre>1</pre>\n',
);

/** CPU time of this thread, which a busy machine does not stretch as it does the clock. */
function cpuMs(work: () => unknown): number {
  const before = threadMs();
  work();
  return threadMs() - before;
}

/** Linux adds up the time of a running thread at each tick (4 ms), and when somebody asks for that of the whole process. */
function threadMs(): number {
  process.cpuUsage();
  const { user, system } = process.threadCpuUsage();
  return (user + system) / 1e3;
}

/** How many times as long a hostile text takes as an ordinary one: of some tries the best, of either. */
function cost(work: (text: string) => unknown, hostile: string): number {
  let [best, unit] = [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY];
  for (let n = 0; n < tries && !(best / unit < most); n++) {
    unit = Math.min(
      unit,
      cpuMs(() => read(ordinary)),
    );
    best = Math.min(
      best,
      cpuMs(() => work(hostile)),
    );
  }
  return best / unit;
}

const read = (text: string) =>
  withoutShortcodes(
    text,
    () => undefined,
    (name) => name === 'code',
  );
const context = { pictures: new Map(), blocks: new Map(), footnotes: new Map([['a', 'Note']]), post: '1' };

test.each([
  ['code without an end', '<pre ', read],
  ['code without an end, of four kinds', '<pre><code><script><style>', read],
  ['comments of blocks without an end', '<!-- wp:x ', read],
  ['code in shortcodes without an end', '[code] ', read],
  ['shortcodes within each other', '[a][b][/a]', read],
  ['shared blocks that nothing closes', '<!-- wp:block {', (text: string) => withBlocks(text, new Map())],
  [
    'numbers of shared blocks in a comment without an end',
    '<!-- wp:block {"ref":1,',
    (text: string) => withBlocks(text, new Map()),
  ],
  ['formulas with parameters and no end', '&s=1', (text: string) => wordpressMarkdown(`$latex a${text}`, context)],
  [
    'marks of footnotes without an end',
    '<sup data-fn="a">',
    (text: string) => withSpans(text, /<sup\b(?=[^<>]*\bdata-fn=")/, () => '</sup>', String),
  ],
] as const)('reading %s costs no more than sixty ordinary texts', (_, unit, work) => {
  expect(cost(work, long(unit))).toBeLessThan(most);
});

test('shared blocks that name themselves end', () => {
  const one = '<!-- wp:block {"ref":1} /-->';
  const blocks = new Map([['1', one.repeat(300)]]);
  const text = withBlocks(one, blocks);
  expect(text.length).toBeLessThan(5 * 1024 * 1024);
  expect(withBlocks(one.repeat(3), new Map([['1', 'Text.']]))).toBe('Text.Text.Text.');
});

test('a shared block is found by its number, whatever else it says', () => {
  const blocks = new Map([['12', 'Text.']]);
  const named = (said: string) => withBlocks(`a <!-- wp:block ${said} /--> b`, blocks);
  expect(named('{"ref":12}')).toBe('a Text. b');
  expect(named('{"lock":{"move":true},"ref": 12,"style":{"a":{"b":1}}}')).toBe('a Text. b');
  expect(named('{"ref":13}')).toBe('a <!-- wp:block {"ref":13} /--> b');
});
