import { basename } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import type { api as accountsApi } from '@dormouse/auth/api';
import type { api as postsApi } from '@dormouse/posts/api';
import type { BodyOf, Every, ResponseOf, ScopedBodyOf } from '@dormouse/runtime/api';
import { apiClient } from '@dormouse/runtime/api-client';
import { type ApiResponse, type Client, problemOf } from '../api-client.ts';
import { type BlogSettings, blogFile } from '../blog-folder/layout.ts';
import { hashIn, isServed, pictureAddress } from '../blog-folder/picture-address.ts';
import { CommandError } from '../command-error.ts';
import type { Step } from '../progress.ts';
import { atOnce } from './at-once.ts';
import type { FileNote } from './file-note.ts';
import type { Plan, PlannedPost } from './plan.ts';
import type { Given, Rendered } from './render.ts';

const concurrency = 8;
const addressesAtOnce = 500;

/** What an import did. */
export interface Outcome {
  readonly imported: { file: string; id: number; slug: string }[];
  /** Already there from an earlier run; nothing about them was changed. */
  readonly unchanged: { file: string; id: number; slug: string }[];
  readonly failed: FileNote[];
  readonly pictures: { uploaded: number; present: number; refused: FileNote[] };
  readonly accounts: { created: string[]; present: string[] };
  /** Old addresses that lead to their posts now, and those that do not. */
  readonly addresses: { kept: number; refused: FileNote[] };
  /** What became of the settings of an exported blog. */
  settings?: 'taken' | 'kept' | 'refused';
}

export interface RunOptions {
  readonly client: Client;
  readonly read: (path: string) => Buffer;
  /** Called at the beginning of each stage. */
  readonly stage: (name: string, total: number) => Step;
  /** Takes the settings of an exported blog also where the blog has some. */
  readonly replaceSettings?: boolean;
}

/**
 * Carries out a plan: accounts and pictures first, then the posts, oldest first; several at a time. Posts, pictures and accounts that are
 * there already stay as they are, so that a run that was ended at any time is finished by the next one.
 * @throws CommandError for a token that is not accepted; Unreachable
 */
export async function run(plan: Plan, options: RunOptions): Promise<Outcome> {
  const outcome: Outcome = {
    imported: [],
    unchanged: [],
    failed: [],
    pictures: { uploaded: 0, present: 0, refused: [] },
    accounts: { created: [], present: [] },
    addresses: { kept: 0, refused: [] },
  };
  const usernames = await makeAccounts(plan, options, outcome);
  const instead = await uploadPictures(plan, options, outcome);
  await makePosts(plan, options, outcome, usernames, instead);
  await keepAddresses(plan, options, outcome);
  if (plan.settings) await takeSettings(plan.settings, options, outcome);
  return outcome;
}

/** Settings of an exported blog; those that an administrator has made stay, unless they are to be replaced. */
async function takeSettings(settings: BlogSettings, { client, replaceSettings }: RunOptions, outcome: Outcome) {
  const auth = apiClient<typeof accountsApi>(client.send);
  const now = await auth('GET /api/settings', {});
  if (now.status === 200 && now.body.set_up && !replaceSettings) {
    outcome.settings = 'kept';
    return;
  }
  const etag = now.headers.get('etag');
  const response = await auth('PATCH /api/settings', {
    body: settings as BodyOf<typeof accountsApi.changeSettings>,
    ...(etag ? { headers: { 'if-match': etag } } : {}),
  });
  // Sent twice because the first answer was lost, it finds what it made itself.
  const taken =
    response.status === 200 || (response.status === 412 && has((await auth('GET /api/settings', {})).body, settings));
  outcome.settings = taken ? 'taken' : 'refused';
  if (!taken) outcome.failed.push({ file: blogFile, reason: `its settings: ${problemOf(response)}` });
}

const has = (body: unknown, settings: BlogSettings): boolean =>
  Object.entries(settings).every(([name, value]) => isDeepStrictEqual((body as Record<string, unknown>)[name], value));

/** @returns the user name the platform gave, by the one that was planned; without those it refused. */
async function makeAccounts(plan: Plan, { client, stage }: RunOptions, outcome: Outcome): Promise<Map<string, string>> {
  const step = stage('authors ', plan.accounts.length);
  const usernames = new Map<string, string>();
  const auth = apiClient<typeof accountsApi>(client.send);
  await atOnce(plan.accounts, concurrency, async (account) => {
    const response = admitted(await auth('POST /api/users', { body: { ...account } }));
    if (response.status === 200 || response.status === 201) {
      usernames.set(account.username, text(response, 'username') ?? account.username);
      (response.status === 201 ? outcome.accounts.created : outcome.accounts.present).push(account.username);
    } else {
      outcome.failed.push({ file: `account ${account.username}`, reason: problemOf(response) });
    }
    step(account.display_name);
  });
  return usernames;
}

/** @returns what stands for the addresses of pictures that media did not take: where web has them, or nothing. */
async function uploadPictures(
  plan: Plan,
  { client, read, stage }: RunOptions,
  outcome: Outcome,
): Promise<Map<string, string | undefined>> {
  const step = stage('pictures', plan.pictures.size);
  const instead = new Map<string, string | undefined>();
  await atOnce(plan.pictures, concurrency, async ([address, path]) => {
    const bytes = () => new Uint8Array(read(path));
    const inMedia = isServed(address) ? await toMedia(client, bytes) : undefined;
    const stored =
      inMedia === undefined || inMedia.reason !== undefined ? await asItIs(client, address, bytes) : inMedia;
    const refused = (reason: string) => void outcome.pictures.refused.push({ file: path, reason });
    if (stored.reason === undefined) outcome.pictures[stored.isNew ? 'uploaded' : 'present']++;
    else {
      instead.set(address, undefined);
      refused(inMedia?.reason ?? stored.reason);
    }
    if (stored.reason === undefined && inMedia?.reason !== undefined) {
      instead.set(address, pictureAddress(hashIn(address)));
      refused(`media makes nothing of it and web serves it as it is: ${inMedia.reason}`);
    }
    step(basename(path));
  });
  return instead;
}

/** What became of a picture; with a reason where it was not taken. */
interface Stored {
  readonly isNew: boolean;
  readonly reason?: string;
}

const octets = { headers: { 'content-type': 'application/octet-stream' } };

/** Media makes the forms that readers see, and keeps what was uploaded. */
async function toMedia(client: Client, bytes: () => Uint8Array<ArrayBuffer>): Promise<Stored> {
  // Also what is there: media deletes what was not wanted for long, and the articles come only after all pictures.
  const response = admitted(await client.send('POST', '/blog/api/media', { bytes: bytes(), ...octets }));
  const isNew = response.status === 201;
  if (response.status >= 300) return { isNew, reason: problemOf(response) };
  return text(response, 'state') === 'refused' ? { isNew, reason: text(response, 'reason') ?? 'refused' } : { isNew };
}

/** What media does not take web serves as it is: SVG files, and what cannot be decoded. */
async function asItIs(client: Client, address: string, bytes: () => Uint8Array<ArrayBuffer>): Promise<Stored> {
  const place = pictureAddress(hashIn(address));
  if ((await client.send('HEAD', place)).status === 200) return { isNew: false };
  const response = admitted(await client.send('PUT', place, { bytes: bytes(), ...octets }));
  return response.status < 300 ? { isNew: response.status === 201 } : { isNew: false, reason: problemOf(response) };
}

async function makePosts(
  plan: Plan,
  { client, stage }: RunOptions,
  outcome: Outcome,
  usernames: ReadonlyMap<string, string>,
  instead: ReadonlyMap<string, string | undefined>,
): Promise<void> {
  const step = stage('articles', plan.posts.length);
  const slugs = new Map<string, string>();
  const etags = new Map<string, string>();
  const make = async (post: PlannedPost) => {
    const author = usernames.get(post.author);
    const given = slugs.size + instead.size > 0 ? { slugs, instead } : undefined;
    const response =
      author === undefined ? undefined : admitted(await create(client, { ...post, author }, post.render(given)));
    const id = response && number(response, 'id');
    if (!response || id === undefined) {
      outcome.failed.push({
        file: post.path,
        reason: response ? problemOf(response) : `there is no account ${post.author}`,
      });
    } else {
      const slug = text(response, 'slug') ?? post.slug;
      if (slug !== post.slug) slugs.set(post.path, slug);
      etags.set(post.path, response.headers.get('etag') ?? '');
      (response.status === 201 ? outcome.imported : outcome.unchanged).push({ file: post.path, id, slug });
    }
    step(post.title);
  };
  for (const { first, others } of batches(plan.posts)) {
    for (const post of first) await make(post);
    await atOnce(others, concurrency, async (posts) => {
      for (const post of posts) await make(post);
    });
  }
  const place = new Map(plan.posts.map(({ path }, index) => [path, index]));
  for (const made of [outcome.imported, outcome.unchanged])
    made.sort((one, other) => place.get(one.file)! - place.get(other.file)!);
  await relink(plan, client, outcome, { slugs, instead }, etags);
}

/** Old addresses of posts that are there, those of an earlier run too. */
async function keepAddresses(plan: Plan, { client, stage }: RunOptions, outcome: Outcome): Promise<void> {
  const ids = new Map([...outcome.imported, ...outcome.unchanged].map(({ file, id }) => [file, id]));
  const all = plan.posts.flatMap(({ path: file, addresses }) => {
    const post_id = ids.get(file);
    return post_id === undefined ? [] : addresses.map((path) => ({ file, path, post_id }));
  });
  const step = stage('addresses', all.length);
  const posts = apiClient<typeof postsApi>(client.send);
  for (let from = 0; from < all.length; from += addressesAtOnce) {
    const some = all.slice(from, from + addressesAtOnce);
    const body = { addresses: some.map(({ path, post_id }) => ({ path, post_id })) };
    const response = admitted(await posts('POST /blog/api/posts/addresses', { body }));
    if (response.status === 200) {
      const { kept, refused } = response.body as ResponseOf<typeof postsApi.keepAddresses, 200>;
      outcome.addresses.kept += kept;
      for (const { path, leads_to } of refused)
        outcome.addresses.refused.push({
          file: some.find((one) => one.path === path)?.file ?? path,
          reason: `its old address ${path} leads to ${leads_to === null ? 'no post' : `post ${leads_to}`}`,
        });
    } else outcome.failed.push({ file: 'old addresses', reason: problemOf(response) });
    for (const { path } of some) step(path);
  }
}

type Posts = readonly PlannedPost[];

/**
 * What may be sent at once, so that every run gives the same blog: posts of one moment one after the other, because lists order them by
 * their ids; the first post of a category before all later ones, because colours are given out in the order in which categories come.
 */
function batches(oldestFirst: Posts): { first: Posts; others: Posts[] }[] {
  const all: { first: Posts; others: Posts[] }[] = [];
  const categories = new Set<string>();
  for (const posts of Map.groupBy(oldestFirst, ({ created_at }) => created_at).values()) {
    const known = categories.size;
    for (const { category_name } of posts) categories.add(category_name.normalize('NFKC').toLowerCase());
    if (categories.size > known) all.push({ first: posts, others: [] });
    else all.at(-1)!.others.push(posts);
  }
  return all;
}

/** A slug that another post of the blog already has is asked for once more with something of this post's own behind it. */
async function create(client: Client, post: PlannedPost, { content, cover }: Rendered): Promise<ApiResponse> {
  const {
    title,
    slug,
    author,
    byline,
    category_name,
    tags,
    created_at,
    updated_at,
    status,
    published_at,
    kind,
    source,
    lang,
    summary,
    featured,
  } = post;
  const body: Every<ScopedBodyOf<typeof postsApi.create>> = {
    title,
    content,
    category_name,
    tags: [...tags],
    status,
    published_at,
    author,
    byline: [...byline],
    created_at,
    updated_at,
    slug,
    source,
    kind: kind === 'page' ? kind : undefined,
    lang,
    cover: cover?.hash,
    cover_alt: cover?.alt,
    summary,
    featured,
    date: undefined,
  };
  const posts = apiClient<typeof postsApi>(client.send);
  const known = post.knownByAddress ? await atItsAddress(client, post) : undefined;
  if (known) return known;
  const response = await posts('POST /blog/api/posts', { body });
  if (response.status !== 409) return response;
  return posts('POST /blog/api/posts', { body: { ...body, slug: `${slug}-${created_at.slice(0, 10)}` } });
}

/** The post that is this one already: at its address, present or former, by the same author and of the same moment. */
async function atItsAddress(
  client: Client,
  { slug, author, created_at }: PlannedPost,
): Promise<ApiResponse | undefined> {
  const found = await client.send('GET', `/blog/api/posts/by-slug/${encodeURIComponent(slug)}`);
  const moved = found.status === 301 ? found.headers.get('location') : undefined;
  const response = moved ? await client.send('GET', moved) : found;
  const same = text(response, 'created_at') === created_at && text(response, 'author') === author;
  return same ? response : undefined;
}

/**
 * Corrects links to an address that another post did not get in the end: of posts made in this run, and of those that an earlier run made
 * and did not come to correct, because it was ended.
 */
async function relink(
  plan: Plan,
  client: Client,
  outcome: Outcome,
  given: Required<Given>,
  etags: ReadonlyMap<string, string>,
): Promise<void> {
  if (given.slugs.size === 0) return;
  const posts = apiClient<typeof postsApi>(client.send);
  const made = new Map(outcome.imported.map((post) => [post.file, post]));
  const known = new Map(outcome.unchanged.map((post) => [post.file, post]));
  for (const post of plan.posts) {
    const own = made.get(post.path) ?? known.get(post.path);
    if (!own) continue;
    if (!post.render().articles.some((path) => given.slugs.has(path))) continue;
    const { content } = post.render(given);
    const etag = made.has(post.path) ? etags.get(post.path) : await etagIfUncorrected(client, own.id, content);
    if (etag === undefined) continue;
    const response = await posts('PATCH /blog/api/posts/:id', {
      params: { id: own.id },
      body: { content },
      ...(etag ? { headers: { 'if-match': etag } } : {}),
    });
    const corrected =
      response.status < 300 ||
      // Sent twice because the first answer was lost, it finds what it made itself.
      (response.status === 412 && text(await client.send('GET', `/blog/api/posts/${own.id}`), 'content') === content);
    if (!corrected)
      outcome.failed.push({
        file: post.path,
        reason: `imported, but its links could not be corrected: ${problemOf(response)}`,
      });
  }
}

/** The entity tag of a post that nobody has changed since it was made, and that differs from `content` in its links to posts alone. */
async function etagIfUncorrected(client: Client, id: number, content: string): Promise<string | undefined> {
  const response = await client.send('GET', `/blog/api/posts/${id}`);
  const before = text(response, 'content');
  if (number(response, 'version') !== 1 || before === undefined || before === content) return undefined;
  return withoutAddresses(before) === withoutAddresses(content) ? (response.headers.get('etag') ?? '') : undefined;
}

const withoutAddresses = (markdown: string): string => markdown.replace(/\/blog\/posts\/[^\s#)>"\]]+/g, '/blog/posts/');

function admitted(response: ApiResponse): ApiResponse {
  if (response.status === 401)
    throw new CommandError('the token is not accepted (401): it has expired, or another platform signed it');
  if (response.status === 403)
    throw new CommandError('the token does not allow an import (403): it needs the scope "import"');
  return response;
}

function field({ status, body }: ApiResponse, name: string): unknown {
  return status < 300 && typeof body === 'object' && body !== null
    ? (body as Record<string, unknown>)[name]
    : undefined;
}

function text(response: ApiResponse, name: string): string | undefined {
  const value = field(response, name);
  return typeof value === 'string' ? value : undefined;
}

function number(response: ApiResponse, name: string): number | undefined {
  const value = field(response, name);
  return typeof value === 'number' ? value : undefined;
}
