import { client, Unreachable } from '../api-client.ts';
import { picturesOf, postPath } from '../blog-folder/layout.ts';
import { hashIn, pictureAddress } from '../blog-folder/picture-address.ts';
import { CommandError } from '../command-error.ts';
import { paceOf } from '../pace.ts';
import { progress, type Screen, type Step, waiting } from '../progress.ts';
import { ahead } from './ahead.ts';
import { type BlogReader, blogReader, type Listed } from './blog-reader.ts';
import { type Format, fileTime, type ReadBlog } from './format.ts';
import { openTarget } from './target.ts';

export type FormatName = 'markdown' | 'wxr' | 'ghost';

/** Loaded by need: what renders Markdown is large. */
const formats: Readonly<Record<FormatName, () => Promise<Format>>> = {
  markdown: async () => (await import('./markdown.ts')).markdown,
  wxr: async () => (await import('./wxr.ts')).wxr,
  ghost: async () => (await import('./ghost.ts')).ghost,
};

export interface ExportOptions {
  /** A zip file, or a folder. */
  readonly to: string;
  readonly url: string;
  /** What it may see is exported; without one, what everybody sees. */
  readonly token?: string | undefined;
  readonly format?: FormatName;
  /** Replaces an export that is there. */
  readonly force?: boolean;
  /** Prints the report as JSON. */
  readonly json?: boolean;
}

export interface ExportContext {
  /** Where the report goes; progress goes to `screen`. */
  readonly print: (text: string) => void;
  readonly screen: Screen;
  readonly sleep?: (ms: number) => Promise<void>;
}

/** What an export did. */
interface Exported {
  posts: number;
  drafts: number;
  authors: number;
  pictures: number;
  /** That posts had elsewhere. */
  addresses: number;
  settings: boolean;
  /** Posts that were removed while it ran. */
  gone: number;
  /** Pictures that posts name and the blog has not. */
  missing: { file: string; address: string }[];
  bytes?: number;
}

/** Requests under way; fewer while the platform is busy. */
const concurrency = 8;
const pictureConcurrency = 3;

/**
 * Writes a blog, one post after the other, and reports.
 * @throws CommandError in one line: something is there already, nothing listens, token refused
 */
export async function exportBlog(options: ExportOptions, { print, screen, sleep }: ExportContext): Promise<void> {
  const { url, token, to } = options;
  const target = openTarget(to, options.force ?? false);
  try {
    const pauses = sleep ? { sleep } : {};
    await client({ url, token: '', attempts: 1, connections: 2, ...pauses }).send('GET', '/health');
    const connected = client({
      url,
      token: token ?? '',
      pace: paceOf(concurrency),
      onWait: waiting(screen),
      ...pauses,
    });
    const reader = blogReader(connected, { withDrafts: token !== undefined });
    const addresses = token === undefined ? undefined : await reader.addresses();
    const { blog, exported } = await openBlog(reader, {
      address: url,
      addresses: addresses ?? new Map(),
      stage: (name, total) => progress(screen, name, total),
    });
    const write = await formats[options.format ?? 'markdown']();
    await write(blog, target);
    const bytes = await target.finish();
    const all = { to, ...exported, ...(bytes === undefined ? {} : { bytes }) };
    print(
      options.json
        ? JSON.stringify(all, null, 2)
        : text(all, { withToken: token !== undefined, withAddresses: addresses !== undefined }),
    );
  } catch (error) {
    target.abandon();
    if (error instanceof Unreachable)
      throw new CommandError(
        error.hasAnswered
          ? `${url} does not answer any more (${error.message})`
          : `${url} does not answer (${error.message}): start the platform with "npm start", or give --url`,
      );
    throw error;
  }
}

interface Surroundings {
  readonly address: string;
  /** Paths that posts had elsewhere, by the posts' ids. */
  readonly addresses: ReadonlyMap<number, readonly string[]>;
  readonly stage: (name: string, total: number) => Step;
}

/** A blog whose posts and pictures are counted as they are read. */
async function openBlog(reader: BlogReader, { address, addresses, stage }: Surroundings) {
  const settings = await reader.settings();
  const listed = await reader.list();
  const authors = await namesOf(listed, reader);
  const exported: Exported = {
    posts: 0,
    drafts: 0,
    authors: authors.size,
    pictures: 0,
    addresses: 0,
    settings: settings !== undefined,
    gone: 0,
    missing: [],
  };
  const shown = new Map<string, { file: string; changed: Date }>();
  const blog: ReadBlog = {
    address,
    settings,
    lastId: listed.reduce((last, { id }) => Math.max(last, id), 0),
    authors,
    categories: new Map(listed.map(({ category: { slug, name } }) => [slug, name])),
    async *posts() {
      const step = stage('posts   ', listed.length);
      const read = async ({ id, order }: Listed) => ({ post: await reader.post(id), order });
      for await (const { post, order } of ahead(listed, concurrency, read)) {
        step(post?.title ?? '');
        if (post === undefined) {
          exported.gone++;
          continue;
        }
        const ofPost = addresses.get(post.id) ?? [];
        exported.posts++;
        exported.addresses += ofPost.length;
        if (post.status !== 'published') exported.drafts++;
        for (const picture of picturesOf(post))
          if (!shown.has(picture)) shown.set(picture, { file: postPath(post), changed: fileTime(post.updated_at) });
        yield { post, order, addresses: ofPost };
      }
    },
    async *pictures({ asUploaded = false } = {}) {
      const step = stage('pictures', shown.size);
      const read = async ([picture, { file, changed }]: [string, { file: string; changed: Date }]) => ({
        picture,
        file,
        changed,
        ...(await pictureOf(reader, picture, asUploaded)),
      });
      const written = new Set<string>();
      for await (const { picture, address, file, changed, found } of ahead(shown, pictureConcurrency, read)) {
        step(picture);
        if (found === undefined) {
          exported.missing.push({ file, address: picture });
          continue;
        }
        // Posts may name several forms of one picture.
        if (written.size === written.add(address).size) continue;
        exported.pictures++;
        yield { address, changed, ...found };
      }
    },
    pictureType: reader.pictureType,
  };
  return { blog, exported };
}

/** A picture at the address that it has in the export: of its own bytes, if it is as it was uploaded. */
async function pictureOf(reader: BlogReader, address: string, asUploaded: boolean) {
  const original = asUploaded ? await reader.original(address) : undefined;
  return original
    ? { address: pictureAddress(hashIn(address)), found: original }
    : { address, found: await reader.picture(address) };
}

async function namesOf(listed: readonly Listed[], reader: BlogReader): Promise<Map<string, string>> {
  const usernames = [...new Set(listed.map(({ author }) => author))].sort();
  const name = async (username: string): Promise<[string, string]> => [username, await reader.displayName(username)];
  const names = new Map<string, string>();
  for await (const [username, displayName] of ahead(usernames, concurrency, name)) names.set(username, displayName);
  return names;
}

function text(
  { to, posts, drafts, authors, pictures, addresses, settings, gone, missing, bytes }: Exported & { to: string },
  { withToken, withAddresses }: { withToken: boolean; withAddresses: boolean },
): string {
  return [
    `exported   ${posts} posts${drafts > 0 ? ` (${drafts} drafts)` : ''}${withToken ? '' : ', published ones only: no token was given'}`,
    `authors    ${authors}`,
    `pictures   ${pictures}`,
    `addresses  ${withAddresses ? `${addresses} that posts had elsewhere` : 'none of those that posts had elsewhere: editors may read them'}`,
    `settings   ${settings ? 'those of the blog' : 'none, the blog was never set up'}`,
    ...(gone > 0 ? [`gone       ${gone} posts were removed meanwhile`] : []),
    `to         ${to}${bytes === undefined ? '' : ` (${(bytes / 1e6).toFixed(1)} MB)`}`,
    ...(missing.length > 0
      ? [
          '',
          `pictures that the blog has not (${missing.length})`,
          ...missing.map(({ file, address }) => `  ${file}: ${address}`),
        ]
      : []),
  ].join('\n');
}
