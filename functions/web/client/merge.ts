import { diff3Merge } from 'node-diff3';
import { type Fields, sameField } from './fields.ts';
import type { Stored } from './reply.ts';

/** Pairs of lines that are compared at most: about 50 ms. Texts that differ in more are left to their writer. */
const maxPairs = 10_000_000;

/**
 * What both have changed since `base`; undefined when they changed the same place in different ways. Where only one has changed something,
 * it is taken over; blanks at the ends are as in `mine`.
 */
export function merge(base: Stored, mine: Fields, theirs: Stored): Fields | undefined {
  const title = pick('title', base, mine, theirs);
  const category_name = pick('category_name', base, mine, theirs);
  const tags = pick('tags', base, mine, theirs);
  const lang = pick('lang', base, mine, theirs);
  const cover = pick('cover', base, mine, theirs);
  const cover_alt = pick('cover_alt', base, mine, theirs);
  const summary = pick('summary', base, mine, theirs);
  const slug = pick('slug', base, mine, theirs);
  const content = pick('content', base, mine, theirs) ?? mergeLines(base.content, mine.content, theirs.content);
  const lines = { title, category_name, tags, lang, cover, cover_alt, summary, slug };
  if (content === undefined || Object.values(lines).includes(undefined)) return undefined;
  return { ...(lines as Stored), content, published_at: mine.published_at };
}

function pick(name: keyof Stored, base: Stored, mine: Stored, theirs: Stored): string | undefined {
  if (sameField(name, theirs[name], base[name]) || sameField(name, mine[name], theirs[name])) return mine[name];
  return sameField(name, mine[name], base[name]) ? theirs[name] : undefined;
}

/** By lines, which are paragraphs mostly: two changes of one sentence, put together, would make a third one that nobody wrote. */
function mergeLines(base: string, mine: string, theirs: string): string | undefined {
  const before = mine.slice(0, mine.length - mine.trimStart().length);
  const after = mine.slice(mine.trimEnd().length);
  const texts = [mine, base, theirs].map((text) => text.trim().split('\n'));
  const [ours = [], common = [], others = []] = texts;
  const shortest = Math.min(...texts.map(({ length }) => length));
  let head = 0;
  while (head < shortest && ours[head] === common[head] && common[head] === others[head]) head++;
  let tail = 0;
  const fromEnd = (lines: string[]) => lines[lines.length - 1 - tail];
  while (tail < shortest - head && fromEnd(ours) === fromEnd(common) && fromEnd(common) === fromEnd(others)) tail++;
  const middle = (lines: string[]) => lines.slice(head, lines.length - tail);
  const [a, o, b] = [middle(ours), middle(common), middle(others)];
  if (o.length * Math.max(a.length, b.length) > maxPairs) return undefined;
  const merged: string[] = [];
  for (const { ok } of diff3Merge(a, o, b)) {
    if (!ok) return undefined;
    for (const line of ok) merged.push(line);
  }
  return `${before}${[...ours.slice(0, head), ...merged, ...ours.slice(ours.length - tail)].join('\n')}${after}`;
}
