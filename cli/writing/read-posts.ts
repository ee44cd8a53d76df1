import { writeFileSync } from 'node:fs';
import type { api } from '@dormouse/posts/api';
import type { ResponseOf } from '@dormouse/runtime/api';
import type { api as searchApi } from '@dormouse/search/api';
import { decodeHTML } from 'entities';
import { harmless, harmlessText, localTime, type Terminal, table } from '../terminal.ts';
import { type BlogConnection, type Listed, listed } from './blog-connection.ts';
import { findPost, pageOf } from './find-post.ts';
import type { PostName } from './post-name.ts';
import { textFile } from './text-file.ts';

type Summary = ResponseOf<typeof api.list, 200>[number];
type Result = ResponseOf<typeof searchApi.search, 200>[number];

/** What a list is narrowed to, by the names of the API. */
export type PostQuery = Readonly<Record<string, string | undefined>>;

interface ListOptions {
  readonly query: PostQuery;
  readonly limit: number;
  readonly json: boolean;
}

/** `posts list`: newest first. */
export async function listPosts(blog: BlogConnection, { query, limit, json }: ListOptions, terminal: Terminal) {
  const { items, more } = await listed<Summary>(blog, '/blog/api/posts', { limit, query });
  if (json) return terminal.print(JSON.stringify(items, null, 2));
  if (items.length === 0) return terminal.print('no post fits');
  const rows = items.map(({ id, status, published_at, kind, updated_at, author, title }) => [
    id,
    `${status === 'draft' && published_at ? 'scheduled' : status}${kind === 'page' ? ' page' : ''}`,
    localTime(published_at ?? updated_at).slice(0, 16),
    author,
    title,
  ]);
  for (const line of table(['NUMBER', 'STATE', 'DATE', 'AUTHOR', 'TITLE'], rows, terminal)) terminal.print(line);
  if (more) terminal.print(terminal.paint('dim', `the newest ${items.length}; --limit shows more`));
}

interface ShowOptions {
  readonly output: string | undefined;
  readonly json: boolean;
}

/** `posts show`: the post as a file that `posts edit` takes. */
export async function showPost(
  blog: BlogConnection,
  name: PostName,
  { output, json }: ShowOptions,
  terminal: Terminal,
) {
  const { post } = await findPost(blog, name);
  const text = json ? `${JSON.stringify(post, null, 2)}\n` : textFile(post);
  if (output !== undefined) {
    writeFileSync(output, text);
    return terminal.print(`wrote ${output}: ${post.id}, version ${post.version}`);
  }
  // The line end comes back by printing.
  const printed = text.replace(/\n$/, '');
  terminal.print(terminal.isShown ? harmlessText(printed) : printed);
}

/** `search`: best first, with the words where they stand. */
export async function search(blog: BlogConnection, { query, limit, json }: ListOptions, terminal: Terminal) {
  const found: Listed<Result> = await listed<Result>(blog, '/blog/api/search', { limit, query });
  const { items, more, headers } = found;
  if (json) return terminal.print(JSON.stringify(items, null, 2));
  const total = headers.get('x-total-count');
  if (items.length === 0) {
    const meant = meantIn(headers);
    return terminal.print(`nothing was found${meant ? `; did you mean “${harmless(meant)}”?` : ''}`);
  }
  for (const post of items) {
    terminal.print(
      `${terminal.paint('bold', harmless(post.title))}  ${localTime(post.published_at).slice(0, 10)}  ${harmless(post.author)}`,
    );
    terminal.print(`  ${pageOf(blog, post)}`);
    terminal.print(`  ${marked(post.highlight, terminal)}`);
  }
  if (more) terminal.print(terminal.paint('dim', `the best ${items.length} of ${total ?? 'more'}; --limit shows more`));
}

/** Words that find something, where those that were asked for do not. */
function meantIn(headers: Headers): string | undefined {
  const target = /<([^>]*)>;\s*rel="related"/.exec(headers.get('link') ?? '')?.[1];
  return (target && new URL(target, 'http://search').searchParams.get('q')) || undefined;
}

/** HTML with `<mark>` as a terminal shows it; everything else in it is escaped. */
export const marked = (html: string, { paint }: Pick<Terminal, 'paint'>): string =>
  html
    .split(/<mark>([\s\S]*?)<\/mark>/)
    .map((part, at) => {
      const text = harmless(decodeHTML(part));
      return at % 2 === 1 ? paint('yellow', text) : text;
    })
    .join('');
