import { hash } from 'node:crypto';
import type { Policy, Reason } from './comment.ts';
import { peopleLikelihood, spamLikelihood } from './likelihood.ts';

/** What is looked at before a comment is shown. */
export interface Candidate {
  content: string;
  /** What a guest calls themselves. */
  name?: string | undefined;
  isGuest: boolean;
  /** The field that people do not see has something in it. */
  filledHoneypot: boolean;
}

/** What is known of whoever writes, and of the blog. */
export interface Circumstances {
  policy: Exclude<Policy, 'none'>;
  /** Whoever moderates here needs nobody's consent. */
  isModerator: boolean;
  /** A moderator let a comment of this account pass, and it is shown. A guest’s name proves nothing. */
  wasPublished: boolean;
  /** Comments of the same account or network within `fastMs`. */
  recent: number;
  /** Comments with the same text within a day, whoever wrote them. */
  repeated: number;
  /** Words of the blog's own list, in lower case. */
  words: readonly string[];
  /** By what moderators decided before; undefined before they decided enough. */
  likelihood?: number | undefined;
}

export interface Verdict {
  status: 'published' | 'held' | 'spam';
  reasons: Reason[];
}

export const fastMs = 5 * 60_000;
/** Comments within `fastMs`, beyond which others wait. */
const maxRecent = 3;
/** Links of a guest, and of somebody with an account: of the latter any number where the text is surely none of spam, since quotations and signatures have some. */
const maxLinks = { guest: 0, account: 2, people: Infinity };
/** A shorter text is repeated by people, too: "Thank you!". */
const minRepeated = 24;

/** Whether a comment is shown, or waits for a moderator and why. What a program typed is kept as spam. */
export function verdict(candidate: Candidate, circumstances: Circumstances): Verdict {
  if (circumstances.isModerator) return { status: 'published', reasons: [] };
  const reasons = reasonsFor(candidate, circumstances);
  if (candidate.filledHoneypot) return { status: 'spam', reasons };
  return { status: reasons.length > 0 ? 'held' : 'published', reasons };
}

function reasonsFor(candidate: Candidate, known: Circumstances): Reason[] {
  const { policy, wasPublished } = known;
  const writer = candidate.isGuest ? 'guest' : (known.likelihood ?? 1) < peopleLikelihood ? 'people' : 'account';
  const found: [Reason, boolean][] = [
    ['honeypot', candidate.filledHoneypot],
    ['policy', policy === 'all_held'],
    ['first', policy === 'first_held' && (candidate.isGuest || !wasPublished)],
    ['links', linksIn(`${candidate.name ?? ''}\n${candidate.content}`) > maxLinks[writer]],
    ['markup', writer !== 'people' && /\[(?:url|link)\b|<a\s/i.test(candidate.content)],
    ['words', hasWord(`${candidate.name ?? ''}\n${candidate.content}`, known.words)],
    ['repeated', known.repeated > 0 && candidate.content.length >= minRepeated],
    ['fast', known.recent >= maxRecent],
    ['learned', (known.likelihood ?? 0) > spamLikelihood],
  ];
  return found.filter(([, applies]) => applies).map(([reason]) => reason);
}

const linksIn = (text: string): number => text.match(/https?:\/\/|\bwww\./gi)?.length ?? 0;

function hasWord(text: string, words: readonly string[]): boolean {
  const folded = fold(text);
  return words.some((word) => folded.includes(fold(word)));
}

/** Width, case and invisible marks make no other word. */
const fold = (text: string): string =>
  text
    .normalize('NFKC')
    .toLowerCase()
    .replace(/[\p{Default_Ignorable_Code_Point}]/gu, '');

/** The same for texts that differ in case, blanks and marks alone. */
export const digestOf = (content: string): string =>
  hash(
    'sha256',
    fold(content)
      .replace(/[^\p{L}\p{N}]+/gu, ' ')
      .trim(),
    'base64url',
  );
