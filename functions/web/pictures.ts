import type { api } from '@dormouse/media/api';
import type { ResponseOf } from '@dormouse/runtime/api';
import { apiClient } from '@dormouse/runtime/api-client';
import { type Pictured, picturesIn, type ReadyPicture, withPictures } from './article-pictures.ts';
import { type CallWithBytes, okResponse, senderTo } from './upstream.ts';

export type Uploaded = ResponseOf<typeof api.upload, 201>;

/** Our pictures that a text names. */
export interface NamedPictures {
  /** Their hashes, each once. */
  named: readonly string[];
  /** Some are not there, or not yet. */
  pending: boolean;
}

/** What web needs of media. */
export interface Pictures {
  /** Those that can be shown, by hash; `complete` is false when media did not answer in time, and only some may be there. */
  ready(hashes: readonly string[]): Promise<{ pictures: ReadonlyMap<string, ReadyPicture>; complete: boolean }>;
  /** The article with its pictures; `complete` is false when media did not answer in time, and they stand as they were written. */
  show(html: string): Promise<Pictured & { complete: boolean } & NamedPictures>;
  /** @throws AppError with what media answered */
  upload(bytes: Buffer, token: string): Promise<Uploaded>;
}

/** Pictures whose sizes are known, at most. They never change. */
const maxKnown = 2_000;
/** Of one article; further ones stand as they were written. */
const maxAsked = 100;
/** A page waits no longer for media to wake, ms. */
const maxWaitMs = 1_500;

/** Pictures of media at `url`. */
export function picturesAt(url: string, call: CallWithBytes, maxMs = maxWaitMs): Pictures {
  const client = apiClient<typeof api>(senderTo(url, call));
  const known = new Map<string, ReadyPicture>();
  const ask = async (hashes: readonly string[]) => {
    const { body } = okResponse(await client('GET /blog/api/media/-/ready', { query: { hashes: hashes.join(',') } }));
    for (const picture of body) known.set(picture.hash, picture);
    for (const hash of known.keys()) if (known.size > maxKnown) known.delete(hash);
  };
  /** Whether all that could be known is. */
  const learn = async (hashes: readonly string[]): Promise<boolean> => {
    const unknown = hashes.filter((hash) => !known.has(hash)).slice(0, maxAsked);
    return unknown.length === 0 || within(ask(unknown), maxMs);
  };
  return {
    async ready(hashes) {
      const complete = await learn(hashes);
      const found = hashes.flatMap((hash) => known.get(hash) ?? []);
      return { pictures: new Map(found.map((picture) => [picture.hash, picture])), complete };
    },
    async show(html) {
      const named = picturesIn(html);
      const complete = await learn(named);
      return { ...withPictures(html, known), complete, named, pending: named.some((hash) => !known.has(hash)) };
    },
    async upload(bytes, token) {
      const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/octet-stream' };
      const response = await call(`${url}/blog/api/media`, { method: 'POST', headers, body: bytes, timeoutMs: 30_000 });
      const body = (await response.json().catch(() => undefined)) as Uploaded;
      return okResponse({ status: response.status, headers: response.headers, body }).body;
    },
  };
}

/** Whether it ended well in time. */
function within(work: Promise<unknown>, ms: number): Promise<boolean> {
  const { promise, resolve } = Promise.withResolvers<boolean>();
  const timer = setTimeout(() => resolve(false), ms);
  work.then(
    () => resolve(true),
    () => resolve(false),
  );
  return promise.finally(() => clearTimeout(timer));
}
