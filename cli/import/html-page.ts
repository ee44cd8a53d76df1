import { fromHtml } from 'hast-util-from-html';
import { toString as textOf } from 'hast-util-to-string';
import { elementsIn, hasClass, treeMarkdown } from './html-markdown.ts';
import type { Element, Root } from './html-tree.ts';
import { timestamp } from './timestamp.ts';

/** What a page of HTML says, its text as Markdown. */
export interface Page {
  readonly title?: string;
  readonly author?: string;
  /** RFC 3339. */
  readonly date?: string;
  /** As `<html lang>` has it. */
  readonly language?: string;
  readonly body: string;
}

const template =
  /\{%-?\s*(?:for|extends|block|layout|include)\b|\{\{\s*content\s*(?:\||\}\})|\{\{-?\s*(?:range|define|block|partial|template)\b|<%(?!#)|\{\{#/;

/** Reads an article out of a page: an h-entry's content (Medium and others), else `article`, `main` or the body; `aside` for what is none. */
export function markdownOfPage(html: string): Page | { readonly aside: string } {
  if (template.test(html)) return { aside: 'it is a template' };
  const whole = /<(?:!doctype|html|head|body)\b/i.test(html);
  const tree = fromHtml(html, { fragment: !whole });
  const all = elementsIn(tree);
  if (all.some(({ tagName, properties }) => tagName === 'meta' && /refresh/i.test(String(properties.httpEquiv))))
    return { aside: 'it leads elsewhere' };
  const by = (test: (element: Element) => boolean) => all.find(test);
  const main =
    whole || by((one) => hasClass(one, 'e-content'))
      ? (by((one) => hasClass(one, 'e-content')) ?? by(named('article')) ?? by(named('main')) ?? by(named('body')))
      : undefined;
  const content: Root = main ? { type: 'root', children: main.children } : tree;
  const title = by((one) => hasClass(one, 'p-name')) ?? (whole ? by(named('title')) : undefined);
  const meta = (name: RegExp) =>
    by(({ tagName, properties }) => tagName === 'meta' && name.test(String(properties.property ?? properties.name)))
      ?.properties.content;
  const date = timestamp(String(meta(/^(?:article:published_time|date|dc\.date)$/i) ?? ''));
  const author = meta(/^author$/i);
  const language = by(named('html'))?.properties.lang;
  return {
    ...(title ? { title: textOf(title).replace(/\s+/g, ' ').trim() } : {}),
    ...(date ? { date } : {}),
    ...(typeof author === 'string' ? { author } : {}),
    ...(typeof language === 'string' ? { language } : {}),
    body: treeMarkdown(content),
  };
}

const named =
  (tagName: string) =>
  (element: Element): boolean =>
    element.tagName === tagName;
