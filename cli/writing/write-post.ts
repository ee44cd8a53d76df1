import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { api } from '@dormouse/posts/api';
import { apiClient } from '@dormouse/runtime/api-client';
import type { Post } from '../blog-folder/fields.ts';
import { CommandError } from '../command-error.ts';
import type { Context } from '../context.ts';
import { harmless, localTime } from '../terminal.ts';
import { UsageError } from '../usage-error.ts';
import { type BlogConnection, Refusal, succeeded } from './blog-connection.ts';
import { openInEditor } from './editor.ts';
import { findPost, pageOf, stateOf } from './find-post.ts';
import { type KeptText, keepText } from './kept-text.ts';
import type { PostName } from './post-name.ts';
import { type Change, emptyTextFile, readTextFile, type TextFile, textFile } from './text-file.ts';
import { wordChanges } from './word-changes.ts';

export interface WritingOptions {
  /** A file; `-` for standard input; none for an editor. */
  readonly file: string | undefined;
  /** What the command line says beside the text. */
  readonly said: Change;
  readonly json: boolean;
}

/** `posts new`: a draft, unless the text or the command line says that it is published. */
export async function newPost(blog: BlogConnection, { file, said, json }: WritingOptions, context: Context) {
  const text = await source(file, emptyTextFile, 'new', context);
  await keepingText(text, async () => {
    if (file === undefined && text.read() === emptyTextFile) return context.terminal.print('nothing was written');
    const { change } = understood(text.read(), context);
    const { title, content = '', category_name = 'General', status = 'draft', ...others } = { ...change, ...said };
    if (content.trim() === '') throw new CommandError('there is no text');
    if (!title)
      throw new CommandError('there is no title: say --title, "title:" in the front matter, or begin with "# …"');
    const made = await apiClient<typeof api>(blog.send)('POST /blog/api/posts', {
      // Sent again by hand it is another post; by a proxy it is not.
      headers: { 'idempotency-key': randomUUID() },
      body: { title, content, category_name, status, ...others },
    });
    tell(blog, succeeded(made).body, json, context);
  });
}

export interface EditingOptions extends WritingOptions {
  readonly name: PostName;
  /** Overwrites what was saved since the text began. */
  readonly force: boolean;
}

/** `posts edit`: changes a post, unless somebody else has meanwhile. */
export async function editPost(blog: BlogConnection, options: EditingOptions, context: Context): Promise<void> {
  const { name, file, said, force, json } = options;
  const { post, etag } = await findPost(blog, name);
  // What the command line says alone needs no text.
  const isTextless = file === undefined && Object.keys(said).length > 0;
  const text = isTextless ? undefined : await source(file, textFile(post), post.slug, context);
  await keepingText(text, async () => {
    if (text && file === undefined && text.read() === textFile(post))
      return context.terminal.print('nothing was changed');
    const written = text && understood(text.read(), context);
    const change = { ...written?.change, ...said };
    if (change.content?.trim() === '') throw new CommandError('there is no text; "posts delete" deletes a post');
    if (written?.version !== undefined && written.version !== post.version && !force)
      throw await conflict(blog, { post, version: written.version }, context);
    const headers: Record<string, string> = force ? {} : { 'if-match': etag };
    try {
      const patched = await apiClient<typeof api>(blog.send)('PATCH /blog/api/posts/:id', {
        params: { id: post.id },
        headers,
        body: change,
      });
      tell(blog, succeeded(patched).body, json, context);
    } catch (error) {
      if (!(error instanceof Refusal) || error.response.status !== 412) throw error;
      const now = await findPost(blog, { id: post.id });
      throw await conflict(blog, { post: now.post, version: post.version }, context);
    }
  });
}

/** Where a text comes from, and where it is when it could not be sent. */
interface Source {
  read(): string;
  /** Keeps what was not sent. @returns where it is */
  keep(): string;
  sent(): void;
}

async function source(file: string | undefined, begin: string, name: string, context: Context): Promise<Source> {
  if (file === undefined) return fromEditor(begin, name, context);
  if (file === '-') {
    const text = await context.terminal.input();
    return { read: () => text, keep: () => keepText(text, name, context).file, sent: () => {} };
  }
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    throw new UsageError(`${file}: ${(error as NodeJS.ErrnoException).code ?? 'cannot be read'}`);
  }
  return { read: () => text, keep: () => file, sent: () => {} };
}

async function fromEditor(begin: string, name: string, context: Context): Promise<Source> {
  if (!context.terminal.question)
    throw new UsageError('nobody can type a text here: name a FILE, or - for standard input');
  const kept: KeptText = keepText(begin, name, context);
  try {
    await openInEditor(kept.file, context);
  } catch (error) {
    if (kept.read() !== begin) throw new CommandError(`${(error as Error).message}; the text is in ${kept.file}`);
    kept.remove();
    throw error;
  }
  return { read: kept.read, keep: () => kept.file, sent: kept.remove };
}

/** Sends a text; one that was not sent is kept, and its place is said. */
async function keepingText(text: Source | undefined, send: () => Promise<void>): Promise<void> {
  try {
    await send();
  } catch (error) {
    if (!text || !(error instanceof Error) || text.read().trim() === '') throw error;
    error.message = `${error.message.split('\n', 1)[0]}; the text is kept in ${text.keep()}`;
    throw error;
  }
  text?.sent();
}

function understood(file: string, { terminal }: Context): TextFile {
  const read = readTextFile(file);
  if ('problem' in read) throw new CommandError(read.problem);
  if (read.unknown.length > 0)
    terminal.screen.write(`not understood in the front matter: ${read.unknown.join(', ')}\n`);
  return read;
}

/** Shows what others have changed since a version. @returns the error that says so in one line */
async function conflict(
  blog: BlogConnection,
  { post, version }: { post: Post; version: number },
  { terminal }: Context,
): Promise<CommandError> {
  const posts = apiClient<typeof api>(blog.send);
  try {
    const before = succeeded(
      await posts('GET /blog/api/posts/:id/revisions/:version', { params: { id: post.id, version } }),
    ).body;
    const lines = wordChanges(`${before.title}\n\n${before.content}`, `${post.title}\n\n${post.content}`, terminal);
    terminal.screen.write(`since version ${version} others have changed:\n`);
    for (const line of lines) terminal.screen.write(`  ${line}\n`);
    if (lines.length === 0) terminal.screen.write('  neither title nor text\n');
  } catch {
    // Versions of a draft that save themselves are not all kept.
  }
  return new CommandError(
    `version ${post.version} was saved at ${localTime(post.updated_at)}, and yours began with version ${version}: put both together ("dormouse posts show ${post.id}"), write "version: ${post.version}" into your text, and send it again`,
  );
}

function tell(blog: BlogConnection, post: Post, json: boolean, { terminal }: Context): void {
  const lines = json
    ? [JSON.stringify(post, null, 2)]
    : [`${stateOf(post)} ${post.id}: ${harmless(post.title)}`, pageOf(blog, post)];
  for (const line of lines) terminal.print(line);
}
