import { Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { S3mini, S3NetworkError, S3ServiceError } from 's3mini';
import { fetch } from 'undici';
import { BackupError } from './backup-error.ts';
import { beginOf, isBackupId } from './backup-id.ts';
import { leftBehindMs, type Place } from './place.ts';

/** Size of a request: S3 takes 10,000 of them for an object. */
const chunkBytes = 16 * 1024 * 1024;
const tries = 4;
const manifestName = 'manifest.json';
/** Some servers answer so to a key that they do not know. */
const noBucket = 'there is no such bucket, or nobody with this key';

export interface S3Options {
  /** `s3://BUCKET/PREFIX` */
  url: string;
  /** AWS_ENDPOINT_URL_S3 or AWS_ENDPOINT_URL, AWS_REGION or AWS_DEFAULT_REGION, AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY. */
  env: Readonly<Record<string, string | undefined>>;
  now?: () => number;
  /** Before the second try of a request that may pass; each further one waits twice as long. */
  pauseMs?: number;
}

/** Backups in a bucket. @throws BackupError when the environment lacks a key */
export function s3Place({ url, env, now = Date.now, pauseMs = 500 }: S3Options): Place {
  const { host: bucket, pathname } = new URL(url);
  const prefix = decodeURIComponent(pathname).replace(/^\/+|\/+$/g, '');
  const key = (id: string, name = '') => [prefix, id, name].filter((each) => each !== '').join('/');
  const s3 = connected(bucket, env);
  const asked = <T>(work: () => Promise<T>): Promise<T> => explained(url, work);
  const again: Again = (work) => tryAgain(work, pauseMs);
  const remove = async (id: string) => {
    const objects = (await asked(() => s3.listObjects('/', `${key(id)}/`))) ?? [];
    // The manifest first: without it no backup is a whole one.
    const [manifest, parts] = [key(id, manifestName), objects.map(({ Key }) => Key)];
    if (parts.includes(manifest)) await asked(() => s3.deleteObject(manifest));
    for (const part of parts) if (part !== manifest) await asked(() => s3.deleteObject(part));
  };
  /** Ids below the prefix, and whether each has a manifest. */
  const found = async (): Promise<Map<string, boolean>> => {
    const objects = await asked(() => s3.listObjects('/', prefix === '' ? '' : `${prefix}/`));
    if (!objects) throw new BackupError(`${url}: ${noBucket}`);
    const ids = new Map<string, boolean>();
    for (const { Key } of objects) {
      const [id = '', name, ...rest] = Key.slice(prefix === '' ? 0 : prefix.length + 1).split('/');
      if (isBackupId(id)) ids.set(id, ids.get(id) || (name === manifestName && rest.length === 0));
    }
    return ids;
  };
  return {
    name: url,
    remove,
    list: async () => [...(await found())].flatMap(([id, isWhole]) => (isWhole ? [id] : [])).sort(),
    async tidy() {
      const left = [...(await found())].flatMap(([id, isWhole]) => (isWhole ? [] : [id]));
      const old = left.filter((id) => now() - beginOf(id) > leftBehindMs).sort();
      for (const id of old) await remove(id);
      return old;
    },
    begin: async (id) => ({
      write: (part, content) => asked(() => upload(s3, { key: key(id, part), content, again })),
      finish: async (manifest) => {
        await asked(() => again(() => s3.putObject(key(id, manifestName), manifest, 'application/json')));
      },
      abandon: () => remove(id),
    }),
    async open(id) {
      const manifest = await asked(() => s3.getObject(key(id, manifestName)));
      if (manifest === null) throw new BackupError(`there is no whole backup ${id} in ${url}`);
      return {
        manifest,
        read: async (part) => {
          const response = await asked(() => s3.getObjectResponse(key(id, part)));
          if (!response?.body) throw new BackupError(`the part ${part} is missing`);
          return Readable.from(received(response.body, `${url}: the server broke off the part ${part}: try again`));
        },
      };
    },
  };
}

/** A connection that breaks says no more than `terminated`. */
async function* received(body: NonNullable<Response['body']>, otherwise: string): AsyncGenerator<Buffer> {
  try {
    yield* Readable.fromWeb(body as Parameters<typeof Readable.fromWeb>[0]);
  } catch (cause) {
    throw new BackupError(otherwise, { cause });
  }
}

function connected(bucket: string, env: S3Options['env']): S3mini {
  const accessKeyId = env.AWS_ACCESS_KEY_ID;
  const secretAccessKey = env.AWS_SECRET_ACCESS_KEY;
  if (!accessKeyId || !secretAccessKey)
    throw new BackupError('S3 needs AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY in the environment');
  if (env.AWS_SESSION_TOKEN)
    throw new BackupError(
      'temporary credentials (AWS_SESSION_TOKEN) are not supported: use a key of its own for backups',
    );
  const region = env.AWS_REGION || env.AWS_DEFAULT_REGION || 'us-east-1';
  const server = env.AWS_ENDPOINT_URL_S3 || env.AWS_ENDPOINT_URL || `https://s3.${region}.amazonaws.com`;
  if (!URL.canParse(server)) throw new BackupError(`AWS_ENDPOINT_URL is not a URL: ${server}`);
  return new S3mini({
    accessKeyId,
    secretAccessKey,
    region,
    endpoint: `${server.replace(/\/+$/, '')}/${bucket}`,
    // Node 24's own ends the process when a server goes away while a download waits for its reader (undici 5360).
    fetch: fetch as unknown as typeof globalThis.fetch,
  });
}

type Again = <T>(work: () => Promise<T>) => Promise<T>;

interface Upload {
  key: string;
  content: Readable;
  again: Again;
}

/** One request for what is small; parts for the rest, which are no object until the last has arrived. */
async function upload(s3: S3mini, { key, content, again }: Upload): Promise<void> {
  const chunks = chunked(content);
  const first = await chunks.next();
  const second = first.done ? first : await chunks.next();
  if (second.done) {
    await again(() => s3.putObject(key, first.value ?? Buffer.alloc(0)));
    return;
  }
  const id = await again(() => s3.getMultipartUploadId(key));
  try {
    const parts = [await again(() => s3.uploadPart(key, id, first.value as Buffer, 1))];
    for (let chunk: IteratorResult<Buffer, undefined> = second; !chunk.done; chunk = await chunks.next()) {
      const { value } = chunk;
      parts.push(await again(() => s3.uploadPart(key, id, value, parts.length + 1)));
    }
    await again(() => s3.completeMultipartUpload(key, id, parts));
  } catch (error) {
    await s3.abortMultipartUpload(key, id).catch(() => {}); // report the first error only
    throw error;
  }
}

async function* chunked(content: Readable): AsyncGenerator<Buffer, undefined> {
  let waiting: Buffer[] = [];
  let bytes = 0;
  for await (const piece of content as AsyncIterable<Buffer>) {
    waiting.push(piece);
    bytes += piece.length;
    if (bytes < chunkBytes) continue;
    yield Buffer.concat(waiting);
    waiting = [];
    bytes = 0;
  }
  if (bytes > 0) yield Buffer.concat(waiting);
  return undefined;
}

/** Tries again what may succeed: a server that is busy, a network that is gone. */
async function tryAgain<T>(work: () => Promise<T>, pauseMs: number): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await work();
    } catch (error) {
      const passing = error instanceof S3ServiceError ? error.status >= 500 || error.status === 429 : !isDefect(error);
      if (!passing || attempt === tries) throw error;
      await sleep(pauseMs * 2 ** (attempt - 1));
    }
  }
}

const isDefect = (error: unknown): boolean =>
  error instanceof TypeError && !(error.cause as NodeJS.ErrnoException | undefined)?.code;

async function explained<T>(url: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof S3ServiceError) throw new BackupError(`${url}: ${advice(error)}`, { cause: error });
    const code =
      error instanceof S3NetworkError ? error.code : (error as { cause?: NodeJS.ErrnoException }).cause?.code;
    const isUnreachable = code !== undefined || (error as Error).message === 'fetch failed';
    if (isUnreachable)
      throw new BackupError(`${url}: the server cannot be reached (${code ?? 'fetch failed'})`, { cause: error });
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
