import { createHmac } from 'node:crypto';

/** How often moderators met something: in spam, and in what they let pass. */
export interface Seen {
  spam: number;
  ham: number;
}

/** What was learned of some tokens, and of how many comments. */
export interface Learned {
  total: Seen;
  tokens: readonly Seen[];
}

/** Of one comment: what comes first says enough. */
const maxTokens = 300;
/** Fewer of either kind teach nothing that can be relied on. */
const minSeen = 20;
/** How many of the most telling tokens are looked at. */
const maxTelling = 150;
/** A token that says less is left out. */
const minTelling = 0.1;
/** Weight of the assumption that a token is as often in spam as not, against what was seen. */
const priorWeight = 0.45;

/** Above it a comment waits. */
export const spamLikelihood = 0.7;
/** Below it links alone hold no comment of somebody with an account back. */
export const peopleLikelihood = 0.2;

const dense = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}\p{Script=Thai}]/u;

/**
 * What is learned of a text: its words, pairs of letters of scripts that write words without blanks or with endings, and hosts of its links.
 * Keyed hashes, so that nobody reads in the database what was written in a comment that is gone.
 */
export function tokensOf(content: string, key: string): string[] {
  const text = content.normalize('NFKC').toLowerCase();
  const found = new Set<string>();
  for (const [, host] of text.matchAll(/(?:https?:\/\/|\bwww\.)([a-z0-9.-]{3,80})/g)) found.add(`host ${host}`);
  for (const [word] of text.matchAll(/[\p{L}\p{N}][\p{L}\p{N}'$%-]{1,24}/gu)) {
    if (!dense.test(word)) found.add(word);
    else for (let at = 0; at + 1 < word.length; at++) found.add(word.slice(at, at + 2));
    if (found.size >= maxTokens) break;
  }
  return [...found]
    .slice(0, maxTokens)
    .map((token) => createHmac('sha256', key).update(token).digest('base64url').slice(0, 16));
}

/**
 * How likely a comment is spam, 0 to 1, by Robinson's combination of the tokens' frequencies with Fisher's method, as SpamBayes has it
 * (https://www.linuxjournal.com/article/6467). Undefined before enough was learned.
 */
export function likelihood({ total, tokens }: Learned): number | undefined {
  if (total.spam < minSeen || total.ham < minSeen) return undefined;
  const telling = tokens
    .map((seen) => frequency(seen, total))
    .filter((part) => Math.abs(part - 0.5) >= minTelling)
    .sort((a, b) => Math.abs(b - 0.5) - Math.abs(a - 0.5))
    .slice(0, maxTelling);
  if (telling.length === 0) return 0.5;
  const logs = (of: (part: number) => number) => telling.reduce((sum, part) => sum + Math.log(of(part)), 0);
  const isSpam = 1 - chiSquareTail(-2 * logs((part) => 1 - part), 2 * telling.length);
  const isHam = 1 - chiSquareTail(-2 * logs((part) => part), 2 * telling.length);
  return (1 + isSpam - isHam) / 2;
}

/** Part of the comments with a token that are spam, drawn to a half where few have it. */
function frequency({ spam, ham }: Seen, total: Seen): number {
  const [inSpam, inHam] = [spam / total.spam, ham / total.ham];
  const part = inSpam + inHam === 0 ? 0.5 : inSpam / (inSpam + inHam);
  return (priorWeight * 0.5 + (spam + ham) * part) / (priorWeight + spam + ham);
}

/** Probability that a chi-square of `freedom` degrees, an even number, is at least `value`. */
function chiSquareTail(value: number, freedom: number): number {
  const half = value / 2;
  let term = Math.exp(-half);
  let sum = term;
  for (let i = 1; i < freedom / 2; i++) {
    term *= half / i;
    sum += term;
  }
  return Math.min(sum, 1);
}
