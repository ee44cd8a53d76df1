import GithubSlugger from 'github-slugger';
import markdownIt, { type Token } from 'markdown-it';

const markdown = markdownIt({ html: true });

/** The blocks of a page, in their order. */
export const blocksOf = (text: string): Token[] => markdown.parse(text, {});

/** What a reader sees of an inline token: its text, without marks. */
export const textOf = ({ children }: Token): string =>
  (children ?? [])
    .map(({ type, content }) => (/^(text|code_inline|softbreak)$/.test(type) ? content || ' ' : ''))
    .join('');

/** Anchors of headings as GitHub makes them: one for each, in the order in which they are asked for. */
export function createAnchors(): (heading: string) => string {
  const slugger = new GithubSlugger();
  return (heading) => slugger.slug(heading);
}
