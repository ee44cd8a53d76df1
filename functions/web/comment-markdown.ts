import MarkdownIt from 'markdown-it';
import cjkFriendly from 'markdown-it-cjk-friendly';
import { bareLinks, mayHaveBareLinks } from './bare-links.ts';
import { sanitise } from './sanitise.ts';

/** Of CommonMark and GFM what a comment needs: emphasis, links, lists, quotations and code. A line end is one. */
const parser = new MarkdownIt({ html: false, linkify: true, breaks: true })
  .use(cjkFriendly)
  .use(bareLinks)
  .disable(['image', 'heading', 'lheading', 'hr', 'table', 'reference', 'footnote_ref'], true);

const tags = 'p br em strong s a ul ol li blockquote pre code'.split(' ');

/** A reader's Markdown as sanitised HTML: no pictures, headings, tables, ids and markup by hand. */
export function renderComment(content: string): string {
  // Without an address the expressions that look for one are not made.
  parser.set({ linkify: mayHaveBareLinks(content) });
  return sanitise(parser.render(content), { tags });
}
