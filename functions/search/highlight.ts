import { between } from './document.ts';
import { fold, foldedFrom, runsOf } from './letters.ts';
import type { Term } from './query.ts';
import type { Hit } from './store.ts';

/** Letters of an excerpt; those of scripts without blanks count as two. */
const length = 220;
/** Letters before the first match. */
const lead = 60;
/** Matches of a text that are looked at. */
const mostMatches = 400;
/** Words of a page's hits of which it is asked whether a term means them; a text can have ten thousands that begin alike. */
const mostWords = 5000;

/** Part of a text, by UTF-16 indices, and the terms that it has. */
interface Match {
  from: number;
  to: number;
  term: number;
}

type Meant = ReadonlyMap<string, number>;

/** Words, each with a number of its own. */
export const numbered = (words: Iterable<string>): Meant => new Map([...words].map((word, number) => [word, number]));

/** The words of hits that one of the terms might mean: a stem never differs from its word in the first two letters. */
export function candidateWords(hits: readonly Hit[], terms: readonly Term[]): string[] {
  const begins = new Set(terms.filter(({ kind }) => kind !== 'dense').map(({ text }) => text.slice(0, 2)));
  const words = new Set<string>();
  if (begins.size === 0) return [];
  for (const { title, labels, body } of hits)
    for (const text of [title, labels, body])
      for (const run of runsOf(fold(text))) {
        if (!run.isDense && begins.has(run.text.slice(0, 2))) words.add(run.text);
        if (words.size === mostWords) return [...words];
      }
  return [...words];
}

/**
 * HTML of the part of a post in which most terms stand, with `<mark>` around them; else its title or those labels that have some, before the
 * beginning of the text.
 * @param meant words that terms mean, folded, each with a number of its own
 */
export function highlight({ title, labels, body }: Hit, terms: readonly Term[], meant: Meant): string {
  const inBody = matches(body, terms, meant);
  if (inBody.length > 0) return excerpt(body, inBody);
  const beginning = excerpt(body, []);
  const isFound = (label: string) => matches(label, terms, meant).length > 0;
  for (const text of [title, labels.split(between).filter(isFound).join(between)]) {
    const found = matches(text, terms, meant);
    if (found.length > 0) return [marked(text, found, 0, text.length), beginning].filter(Boolean).join(' — ');
  }
  return beginning;
}

function matches(text: string, terms: readonly Term[], meant: Meant): Match[] {
  const { folded, from } = foldedFrom(text);
  const found: Match[] = [];
  const add = (at: number, length: number, term: number) => found.push({ from: from(at), to: from(at + length), term });
  terms.forEach(({ text: wanted, kind }, term) => {
    if (kind !== 'dense') return;
    for (
      let at = folded.indexOf(wanted);
      at >= 0 && found.length < mostMatches;
      at = folded.indexOf(wanted, at + wanted.length)
    )
      add(at, wanted.length, term);
  });
  if (meant.size > 0)
    for (const run of runsOf(folded)) {
      const number = run.isDense ? undefined : meant.get(run.text);
      if (number === undefined) continue;
      if (found.length >= 2 * mostMatches) break;
      add(run.at, run.text.length, terms.length + number);
    }
  return found.sort((a, b) => a.from - b.from || b.to - a.to);
}

function excerpt(text: string, found: readonly Match[]): string {
  const best = bestOf(found);
  const start = wordStart(text, Math.max(0, (best?.from ?? 0) - lead), best?.from ?? 0);
  const end = wordEnd(text, start, best?.to ?? 0);
  const html = marked(text, found, start, end);
  return `${start > 0 ? '…' : ''}${html}${end < text.length ? '…' : ''}`;
}

/** The match from which on most different terms stand within an excerpt. */
function bestOf(found: readonly Match[]): Match | undefined {
  let best: Match | undefined;
  let most = 0;
  found.forEach((match, i) => {
    const seen = new Set<number>();
    for (let j = i; j < found.length && (found[j] as Match).to <= match.from + length - lead; j++)
      seen.add((found[j] as Match).term);
    if (seen.size > most) [best, most] = [match, seen.size];
  });
  return best ?? found[0];
}

/** Not within a word, where one ends nearby. */
function wordStart(text: string, wanted: number, match: number): number {
  if (wanted === 0) return 0;
  const space = text.indexOf(' ', wanted);
  const start = space >= 0 && space < Math.min(match, wanted + 25) ? space + 1 : wanted;
  return whole(text, start);
}

function wordEnd(text: string, start: number, atLeast: number): number {
  let width = 0;
  let end = start;
  for (const point of text.slice(start, start + 2 * length)) {
    width += /[\u1100-\u11ff\u2e80-\ud7ff\uf900-\ufaff\uff00-\uff60]/.test(point) ? 2 : 1;
    if (width > 2 * length || (width > length && end >= atLeast)) break;
    end += point.length;
  }
  if (end >= text.length) return text.length;
  const space = text.lastIndexOf(' ', end);
  return whole(
    text,
    space > start + length / 3 && space >= atLeast && end - space < 25 ? space : Math.max(end, atLeast),
  );
}

/** The index, or the one before it where it would tear a letter from its marks. */
function whole(text: string, at: number): number {
  graphemes ??= new Intl.Segmenter('en', { granularity: 'grapheme' });
  const from = Math.max(0, at - 64);
  return from + (graphemes.segment(text.slice(from, at + 64)).containing(at - from)?.index ?? at - from);
}

/** Made when it is needed: it takes a millisecond of the start. */
let graphemes: Intl.Segmenter | undefined;

function marked(text: string, found: readonly Match[], start: number, end: number): string {
  const parts: string[] = [];
  let at = start;
  for (const match of found) {
    const [from, to] = [Math.max(match.from, at), Math.min(match.to, end)];
    if (from >= to) continue;
    parts.push(escaped(text.slice(at, from)), '<mark>', escaped(text.slice(from, to)), '</mark>');
    at = to;
  }
  parts.push(escaped(text.slice(at, end)));
  return parts.join('').replaceAll('</mark><mark>', '').trim();
}

const escapes: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};
const escaped = (text: string): string => text.replace(/[&<>"']/g, (letter) => escapes[letter] as string);
