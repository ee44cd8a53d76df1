import { fail } from '@dormouse/runtime/errors';
import type { HttpRequestOptions } from '@dormouse/runtime/http';

/** What media keeps of a picture. */
export type Outcome =
  | { state: 'ready'; width: number; height: number; color: string; animated: boolean }
  | { state: 'refused'; reason: string };

/** The function `media`, as far as pictures needs it. */
export interface Media {
  /** What was uploaded; undefined when its variants are not wanted any more. */
  original(hash: string): Promise<Buffer | undefined>;
  /** @returns false when it is not wanted any more */
  addVariant(hash: string, name: string, bytes: Buffer): Promise<boolean>;
  finish(hash: string, outcome: Outcome): Promise<void>;
}

type Call = (url: string, options: HttpRequestOptions) => Promise<Response>;

/** Largest upload of media, and a reserve. */
const maxBytes = 12 * 1024 * 1024;

/** @throws AppError unavailable when media does not answer as it should: the Broker comes again */
export function mediaAt(url: string, call: Call): Media {
  const ask = async (path: string, options: HttpRequestOptions) => {
    const response = await call(`${url}/events${path}`, { timeoutMs: 20_000, ...options });
    if (response.ok || response.status === 404) return response;
    return fail('unavailable', 'The picture cannot be stored now.', {
      cause: new Error(`media answered ${response.status} to ${options.method ?? 'GET'} ${path}`),
    });
  };
  return {
    async original(hash) {
      const response = await ask(`/originals/${hash}`, { maxBytes });
      return response.ok ? Buffer.from(await response.arrayBuffer()) : undefined;
    },
    addVariant: async (hash, name, bytes) =>
      (await ask(`/variants/${hash}/${name}`, { method: 'PUT', body: bytes })).ok,
    async finish(hash, outcome) {
      await ask(`/outcomes/${hash}`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(outcome),
      });
    },
  };
}
