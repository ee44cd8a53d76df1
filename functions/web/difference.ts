import { diffComm } from 'node-diff3';

/** A run of text that both have, that only the earlier has, or that only the later has. */
export interface Run {
  kind: 'same' | 'gone' | 'new';
  text: string;
}

/** Pairs of parts that are compared at most, of all that one call compares: about 50 ms. Beyond that, a part is shown as replaced. */
const maxPairs = 10_000_000;

/** What turned `earlier` into `later`: by lines, and by words in lines that changed. The runs make up both texts. */
export function difference(earlier: string, later: string): Run[] {
  const budget = { pairs: maxPairs };
  const runs: Run[] = [];
  for (const block of compare(linesOf(earlier), linesOf(later), budget)) {
    if ('same' in block) add(runs, 'same', block.same);
    else
      for (const part of compare(wordsOf(block.gone), wordsOf(block.added), budget)) {
        if ('same' in part) add(runs, 'same', part.same);
        else {
          add(runs, 'gone', part.gone);
          add(runs, 'new', part.added);
        }
      }
  }
  return runs;
}

type Block = { same: string } | { gone: string; added: string };

function compare(earlier: string[], later: string[], budget: { pairs: number }): Block[] {
  // Most of a text stays as it is at both ends, which costs nothing.
  let head = 0;
  while (head < earlier.length && head < later.length && earlier[head] === later[head]) head++;
  let tail = 0;
  const most = Math.min(earlier.length, later.length) - head;
  while (tail < most && earlier[earlier.length - 1 - tail] === later[later.length - 1 - tail]) tail++;
  const before = earlier.slice(head, earlier.length - tail);
  const after = later.slice(head, later.length - tail);
  const pairs = before.length * after.length;
  const middle: Block[] = [];
  if (pairs > budget.pairs) middle.push({ gone: before.join(''), added: after.join('') });
  else {
    budget.pairs -= pairs;
    for (const { common, buffer1, buffer2 } of diffComm(before, after))
      middle.push(common ? { same: common.join('') } : { gone: buffer1.join(''), added: buffer2.join('') });
  }
  return [
    { same: earlier.slice(0, head).join('') },
    ...middle,
    { same: earlier.slice(earlier.length - tail).join('') },
  ];
}

function add(runs: Run[], kind: Run['kind'], text: string): void {
  const last = runs.at(-1);
  if (text === '') return;
  if (last?.kind === kind) last.text += text;
  else runs.push({ kind, text });
}

/** With their line ends. */
const linesOf = (text: string): string[] => text.match(/[^\n]*\n|[^\n]+$/g) ?? [];

const segmenter = new Intl.Segmenter('und', { granularity: 'word' });

/** Words and what is between them; of scripts without blanks, too. */
const wordsOf = (text: string): string[] =>
  text.length > 100_000 ? [text] : Array.from(segmenter.segment(text), ({ segment }) => segment);
