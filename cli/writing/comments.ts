import type { api } from '@dormouse/comments/api';
import type { ResponseOf } from '@dormouse/runtime/api';
import { apiClient } from '@dormouse/runtime/api-client';
import { confirmed } from '../confirmed.ts';
import { localTime, type Terminal, table } from '../terminal.ts';
import { type BlogConnection, listed, succeeded } from './blog-connection.ts';

type Queued = ResponseOf<typeof api.queue, 200>[number];
type Status = 'held' | 'spam' | 'published';

interface ListOptions {
  readonly status: Status;
  readonly limit: number;
  readonly json: boolean;
}

/** `comments list`: newest first. */
export async function listComments(blog: BlogConnection, { status, limit, json }: ListOptions, terminal: Terminal) {
  const { items, more, headers } = await listed<Queued>(blog, '/blog/api/comments', { limit, query: { status } });
  if (json) return terminal.print(JSON.stringify(items, null, 2));
  if (items.length === 0) return terminal.print(status === 'held' ? 'no comment waits' : 'no comment fits');
  const rows = items.map(({ id, created_at, author, is_guest, post, reasons, content }) => [
    id,
    localTime(created_at).slice(0, 16),
    `${author}${is_guest ? ' (guest)' : ''}`,
    post.slug,
    reasons.join(' '),
    shortened(content),
  ]);
  for (const line of table(['NUMBER', 'WRITTEN', 'BY', 'POST', 'BECAUSE', 'TEXT'], rows, terminal))
    terminal.print(line);
  const count = headers.get('x-total-count') ?? 'more';
  if (more) terminal.print(terminal.paint('dim', `the newest ${items.length} of ${count}; --limit shows more`));
}

const shortened = (text: string): string => {
  const characters = [...text];
  return characters.length > 200 ? `${characters.slice(0, 199).join('')}…` : text;
};

/** `comments approve` and `comments spam`: one after the other, up to the first that cannot be. */
export async function decide(
  blog: BlogConnection,
  { status, numbers, json }: { status: Status; numbers: readonly number[]; json: boolean },
  terminal: Terminal,
) {
  const comments = apiClient<typeof api>(blog.send);
  const decided: ResponseOf<typeof api.change, 200>[] = [];
  for (const id of numbers) {
    const { body } = succeeded(await comments('PATCH /blog/api/comments/:id', { params: { id }, body: { status } }));
    decided.push(body);
    if (!json) terminal.print(`${status === 'published' ? 'shown' : status} ${id}`);
  }
  if (json) terminal.print(JSON.stringify(decided, null, 2));
}

/** `comments delete`, after asking. @returns whether somebody said yes */
export async function deleteComments(
  blog: BlogConnection,
  { numbers, yes, json }: { numbers: readonly number[]; yes: boolean; json: boolean },
  terminal: Terminal,
): Promise<boolean> {
  if (
    !yes &&
    !(await confirmed(
      `Delete ${numbers.length === 1 ? 'comment' : 'comments'} ${numbers.join(', ')} for good?`,
      terminal,
    ))
  )
    return false;
  const comments = apiClient<typeof api>(blog.send);
  for (const id of numbers) {
    await comments('DELETE /blog/api/comments/:id', { params: { id } });
    if (!json) terminal.print(`deleted ${id}`);
  }
  if (json)
    terminal.print(
      JSON.stringify(
        numbers.map((id) => ({ id })),
        null,
        2,
      ),
    );
  return true;
}
