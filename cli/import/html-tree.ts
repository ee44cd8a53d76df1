import type { fromHtml } from 'hast-util-from-html';

/** The tree of a text of HTML, and what it is made of. */
export type Root = ReturnType<typeof fromHtml>;
export type RootContent = Root['children'][number];
export type Element = Extract<RootContent, { type: 'element' }>;
export type ElementContent = Element['children'][number];
export type Nodes = Root | RootContent | ElementContent;
