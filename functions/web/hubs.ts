import type { DataOf } from '@dormouse/events/contract';
import type { postUpdated } from '@dormouse/events/post';
import type { HttpRequestOptions } from '@dormouse/runtime/http';
import { tagSlug } from '@dormouse/runtime/slug';
import { feedFormats } from './feed-formats.ts';

/** Hubs of WebSub (W3C, 23 January 2018): who subscribes to a feed there gets a new post at once. */
export interface Hubs {
  readonly urls: readonly string[];
  /** Tells every hub soon that these feeds have changed. */
  changed(topics: readonly string[]): void;
}

/** Feeds that change within this many milliseconds are told of together. */
const togetherMs = 100;
/** Then the other functions' copies are gone, too: what a hub fetched before may have been made of them. */
const surelyMs = 2500;
const triesMs = [0, 1000, 10_000];
/** Feeds in one request. */
const most = 100;
const timeoutMs = 10_000;

export interface HubsOptions {
  /** WEBSUB_HUBS: addresses, with spaces between them. */
  text: string;
  /** PUBLIC_URL: hubs know feeds by their addresses. */
  publicUrl: string | undefined;
  request: (url: string, options: HttpRequestOptions) => Promise<Pick<Response, 'ok' | 'status'>>;
  log: { warn(fields: object, message: string): void };
  later?: (work: () => void, ms: number) => void;
}

/** @throws Error that names the setting that is wrong or missing */
export function hubsOf({ text, publicUrl, request, log, later = unhurried }: HubsOptions): Hubs {
  const urls = text.split(/\s+/).filter((each) => each !== '');
  for (const url of urls)
    if (!URL.canParse(url) || !/^https?:$/.test(new URL(url).protocol))
      throw new Error(`WEBSUB_HUBS: ${url} is not the address of a hub`);
  if (urls.length > 0 && !publicUrl)
    throw new Error('WEBSUB_HUBS needs PUBLIC_URL: hubs know feeds by their addresses');

  const tell = async (url: string, topics: readonly string[], attempt = 0): Promise<void> => {
    const body = new URLSearchParams([
      ['hub.mode', 'publish'],
      ...topics.map((topic) => ['hub.url', topic]),
    ]).toString();
    const headers = { 'content-type': 'application/x-www-form-urlencoded' };
    const said = await request(url, { method: 'POST', headers, body, timeoutMs }).then(
      ({ ok, status }) => (ok ? undefined : `it answered ${status}`),
      (error: Error) => error.message,
    );
    if (said === undefined) return;
    const pause = triesMs[attempt + 1];
    if (pause !== undefined) later(() => void tell(url, topics, attempt + 1), pause);
    else log.warn({ hub: url, topics: topics.length, error: said }, 'a WebSub hub was not told of changed feeds');
  };
  const gathering = (ms: number) => {
    const waiting = new Set<string>();
    return (topics: readonly string[]) => {
      if (waiting.size === 0) later(send, ms);
      for (const topic of topics) waiting.add(`${publicUrl}${topic}`);
    };
    function send() {
      const all = [...waiting];
      waiting.clear();
      for (let at = 0; at < all.length; at += most) for (const url of urls) void tell(url, all.slice(at, at + most));
    }
  };
  const ways = [gathering(togetherMs), gathering(surelyMs)];
  return {
    urls,
    changed(topics) {
      if (urls.length > 0 && topics.length > 0) for (const gather of ways) gather(topics);
    },
  };
}

const inFormats = (folder: string): string[] => feedFormats.map(({ file }) => `${folder}/${file}`);

/** Feeds that every post is in. */
export const feedsOfAll: readonly string[] = inFormats('/blog');

/** Paths of the feeds that have a post, or had it until now; none for a page. */
export function feedsOf({ kind, author, category, tags = [] }: DataOf<typeof postUpdated>): string[] {
  if (kind === 'page') return [];
  const below = (folder: string, name: string) => `/${folder}/${encodeURIComponent(name)}`;
  const ofAuthor = below('authors', author);
  const ofCategory = below('categories', category.slug);
  const ofTags = tags.map((tag) => below('tags', tagSlug(tag)));
  const pairs = [ofAuthor + ofCategory, ...ofTags.flatMap((tag) => [ofCategory + tag, ofAuthor + tag])];
  return ['', ofCategory, ...ofTags, ofAuthor, ...pairs].map((path) => `/blog${path}`).flatMap(inFormats);
}

const unhurried = (work: () => void, ms: number): void => void setTimeout(work, ms).unref();
