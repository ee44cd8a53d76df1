import MarkdownIt, { type Env, type Token } from 'markdown-it';
import cjkFriendly from 'markdown-it-cjk-friendly';
import definitionLists from 'markdown-it-deflist';
import footnotes from 'markdown-it-footnote';
import { bareLinks, mayHaveBareLinks } from './bare-links.ts';
import { callouts } from './callouts.ts';
import { cjkBreaks } from './cjk-breaks.ts';
import { embeds } from './embeds.ts';
import { emoji } from './emoji.ts';
import { figures } from './figures.ts';
import { formulas } from './formulas.ts';
import { galleries } from './galleries.ts';
import { headings } from './headings.ts';
import { taskLists } from './task-lists.ts';

/** Most of what takes time: blocks and cells, and characters that may mean something within them; of a text of `usual` characters. */
const most = { tokens: 25_000, marks: 8_000 };
/** Up to so many characters the bounds are the same for every text; a longer one may have more, in proportion. */
const usual = 200_000;

/** How much more of everything a long text may have. Its deadline stays the same, in the thread where it is rendered. */
export const scaleOf = (text: string): number => Math.max(1, text.length / usual);
/** Characters that all links to definitions may take from them: a short label may stand for a very long address. */
const maxReferenced = 400_000;

/** CommonMark and GFM, with what else authors write; HTML is allowed. */
export const parser = new MarkdownIt({ html: true, linkify: true })
  .use(cjkFriendly)
  .use(cjkBreaks)
  .use(bareLinks)
  .use(footnotes)
  .use(definitionLists)
  .use(callouts)
  .use(formulas)
  .use(taskLists)
  .use(figures)
  .use(galleries)
  .use(emoji)
  .use(embeds)
  .use(headings);
// `^[…]` is of this plugin alone, and each one within another would be parsed anew at every level.
parser.inline.ruler.disable('footnote_inline');

/** Says that a text has too much in it. */
class Intricate extends Error {}

/** The tokens of a text; undefined when it has too much in it. */
export function parse(text: string, env: Env): Token[] | undefined {
  // Without an address the expressions that look for one, which take 15 ms to compile, are not made.
  parser.set({ linkify: mayHaveBareLinks(text) });
  Object.assign(env, { scale: scaleOf(text) });
  try {
    return parser.parse(text, env);
  } catch (error) {
    if (error instanceof Intricate) return undefined;
    throw error;
  }
}

const { State } = parser.block;
/** Stops among the blocks already: a short table may have very many cells, as rows are filled up. */
parser.block.State = class extends State {
  override push(...token: Parameters<InstanceType<typeof State>['push']>): Token {
    if (this.tokens.length > most.tokens * scaleIn(this.env)) throw new Intricate();
    return super.push(...token);
  }
};

const scaleIn = (env: Env): number => (env as { scale?: number }).scale ?? 1;

/** Between the blocks and what is in them, which takes most of the time. */
parser.core.ruler.before('inline', 'bounds', ({ env, tokens }) => {
  if (env.references) env.references = bounded(env.references);
  let marks = 0;
  for (const { type, content } of tokens)
    if (type === 'inline' || type === 'html_block') marks += count(content, /[[\]*_<!`&\\~$]/g);
  if (marks > most.marks * scaleIn(env)) throw new Intricate();
});

/** How often a pattern, which has to be global, is found. */
export function count(text: string, pattern: RegExp): number {
  let found = 0;
  pattern.lastIndex = 0;
  while (pattern.test(text)) found++;
  return found;
}

/** Definitions of links, which are not found any more when much has been taken from them. */
function bounded(references: NonNullable<Env['references']>): typeof references {
  let left = maxReferenced;
  return new Proxy(references, {
    get(of, label: string) {
      const found = of[label];
      if (found) left -= found.href.length + found.title.length;
      return left < 0 ? undefined : found;
    },
  });
}
