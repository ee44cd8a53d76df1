import { setTimeout as sleep } from 'node:timers/promises';
import { S3mini, S3NetworkError, S3ServiceError } from 's3mini';

const tries = 4;

/** A setting that is missing or wrong, or what the server says, in a sentence for whoever set the bucket up. */
export class S3Error extends Error {
  override name = 'S3Error';
}

export interface BucketOptions {
  /** `s3://BUCKET/PREFIX` */
  url: string;
  /** AWS_ENDPOINT_URL_S3 or AWS_ENDPOINT_URL, AWS_REGION or AWS_DEFAULT_REGION, AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY. */
  env: Readonly<Record<string, string | undefined>>;
  /** Before the second try of a request that may pass; each further one waits twice as long. */
  pauseMs?: number;
  /** Until a server that says nothing counts as gone; by default the 300 seconds of fetch. */
  timeoutMs?: number;
  fetch?: typeof globalThis.fetch;
}

/** Variables of the environment that {@link openBucket} reads. */
export const bucketVariables = [
  'AWS_ENDPOINT_URL_S3',
  'AWS_ENDPOINT_URL',
  'AWS_REGION',
  'AWS_DEFAULT_REGION',
  'AWS_ACCESS_KEY_ID',
  'AWS_SECRET_ACCESS_KEY',
  'AWS_SESSION_TOKEN',
] as const;

/** A part of a bucket: the keys below a prefix. */
export interface Bucket {
  s3: S3mini;
  /** Empty, or a path without slashes at its ends. */
  prefix: string;
  /** The key of a name, or of several joined, below the prefix; empty names are left out. */
  keyOf(...names: readonly string[]): string;
  /** @throws S3Error instead of the library's errors */
  ask<T>(work: () => Promise<T>): Promise<T>;
  /** As often as it may pass: a server that is busy, a network that is gone. */
  again<T>(work: () => Promise<T>): Promise<T>;
}

/** What a server says of a bucket or key that it does not know. */
export const noBucket = 'there is no such bucket, or nobody with this key';

/** Asks nothing yet. @throws S3Error when the URL is none of a bucket, or the environment lacks a key */
export function openBucket({ url, env, pauseMs = 500, timeoutMs, fetch }: BucketOptions): Bucket {
  if (!URL.canParse(url) || !/^s3:\/\/[^/]/.test(url)) throw new S3Error(`${url} is not s3://BUCKET/PREFIX`);
  const { host, pathname } = new URL(url);
  const prefix = decodeURIComponent(pathname).replace(/^\/+|\/+$/g, '');
  return {
    s3: connected(host, env, { fetch, timeoutMs }),
    prefix,
    keyOf: (...names) => [prefix, ...names].filter((each) => each !== '').join('/'),
    ask: (work) => explained(url, work),
    again: (work) => tryAgain(work, pauseMs),
  };
}

function connected(
  bucket: string,
  env: BucketOptions['env'],
  { fetch, timeoutMs }: { [each in 'fetch' | 'timeoutMs']: BucketOptions[each] | undefined },
): S3mini {
  const accessKeyId = env.AWS_ACCESS_KEY_ID;
  const secretAccessKey = env.AWS_SECRET_ACCESS_KEY;
  if (!accessKeyId || !secretAccessKey)
    throw new S3Error('S3 needs AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY in the environment');
  if (env.AWS_SESSION_TOKEN)
    throw new S3Error('temporary credentials (AWS_SESSION_TOKEN) are not supported: use a key of its own');
  const region = env.AWS_REGION || env.AWS_DEFAULT_REGION || 'us-east-1';
  const server = env.AWS_ENDPOINT_URL_S3 || env.AWS_ENDPOINT_URL || `https://s3.${region}.amazonaws.com`;
  if (!URL.canParse(server)) throw new S3Error(`AWS_ENDPOINT_URL is not a URL: ${server}`);
  const endpoint = `${server.replace(/\/+$/, '')}/${bucket}`;
  return new S3mini({
    accessKeyId,
    secretAccessKey,
    region,
    endpoint,
    ...(fetch && { fetch }),
    ...(timeoutMs && { requestAbortTimeout: timeoutMs }),
  });
}

async function tryAgain<T>(work: () => Promise<T>, pauseMs: number): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await work();
    } catch (error) {
      // Who waited for so long does not wait again.
      const passing =
        !isTimeout(error) &&
        (error instanceof S3ServiceError ? error.status >= 500 || error.status === 429 : !isDefect(error));
      if (!passing || attempt === tries) throw error;
      await sleep(pauseMs * 2 ** (attempt - 1));
    }
  }
}

const isTimeout = (error: unknown): boolean => (error as Error).name === 'TimeoutError';

const isDefect = (error: unknown): boolean =>
  error instanceof TypeError && !(error.cause as NodeJS.ErrnoException | undefined)?.code;

async function explained<T>(url: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof S3ServiceError) throw new S3Error(`${url}: ${advice(error)}`, { cause: error });
    if (isTimeout(error)) throw new S3Error(`${url}: the server does not answer`, { cause: error });
    const code =
      error instanceof S3NetworkError ? error.code : (error as { cause?: NodeJS.ErrnoException }).cause?.code;
    if (code !== undefined || (error as Error).message === 'fetch failed')
      throw new S3Error(`${url}: the server cannot be reached (${code ?? 'fetch failed'})`, { cause: error });
    throw error;
  }
}

function advice({ status, serviceCode }: S3ServiceError): string {
  const said = `${status} ${serviceCode ?? ''}`.trim();
  if (status === 401 || status === 403)
    return `the server refuses the key (${said}): check AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_REGION and the bucket's policy`;
  if (status === 404) return `${noBucket} (${said})`;
  return `the server answers ${said}`;
}
