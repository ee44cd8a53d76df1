import { Readable } from 'node:stream';
import { type Bucket, type BucketOptions, noBucket, openBucket, S3Error } from '@dormouse/s3/bucket';
import type { S3mini } from 's3mini';
import { fetch } from 'undici';
import { BackupError } from './backup-error.ts';
import { beginOf, isBackupId } from './backup-id.ts';
import { leftBehindMs, type Place } from './place.ts';

/** Size of a request: S3 takes 10,000 of them for an object. */
const chunkBytes = 16 * 1024 * 1024;
const manifestName = 'manifest.json';

export interface S3Options extends BucketOptions {
  now?: () => number;
}

/** Backups in a bucket. @throws BackupError when the environment lacks a key */
export function s3Place({ now = Date.now, ...options }: S3Options): Place {
  const { url } = options;
  const { s3, prefix, keyOf: key, again, ask } = opened(options);
  const asked = <T>(work: () => Promise<T>): Promise<T> => ask(work).catch(told);
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

/** Node 24's own fetch ends the process when a server goes away while a download waits for its reader (undici 5360). */
function opened(options: BucketOptions): Bucket {
  try {
    return openBucket({ ...options, fetch: fetch as unknown as typeof globalThis.fetch });
  } catch (error) {
    return told(error);
  }
}

/** @throws BackupError in the place of an S3Error */
function told(error: unknown): never {
  throw error instanceof S3Error ? new BackupError(error.message, { cause: error.cause }) : error;
}

/** A connection that breaks says no more than `terminated`. */
async function* received(body: NonNullable<Response['body']>, otherwise: string): AsyncGenerator<Buffer> {
  try {
    yield* Readable.fromWeb(body as Parameters<typeof Readable.fromWeb>[0]);
  } catch (cause) {
    throw new BackupError(otherwise, { cause });
  }
}

interface Upload {
  key: string;
  content: Readable;
  again: Bucket['again'];
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
