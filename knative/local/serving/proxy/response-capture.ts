/** A head that the client gets in place of the function's, without the body. */
export interface ReplacedHead {
  status: number;
  reason: string;
  fields: string[];
}

/** How a request fared in the ingress' cache; `collapsed` waited for the answer that another one had asked for. */
export type CacheResult = 'hit' | 'stale' | 'collapsed' | 'miss' | 'bypass';

/** Sees a response on its way to the client. */
export interface ResponseCapture {
  /** @returns what the client gets instead; `answered` when it has got another response and wants no more of this one */
  head(status: number, fields: readonly string[]): ReplacedHead | 'answered' | undefined;
  body(bytes: Buffer): void;
  /** The client takes the body so slowly that it has to wait. */
  held(): void;
  end(trailers: readonly string[]): void;
  /** There will be no more of it. @param byClient because the client is gone, and not because of the function */
  aborted(byClient: boolean): void;
  /** There is none. @param status of the problem that the client is to get @returns true when it has got another response */
  rejected(status: number): boolean;
}
