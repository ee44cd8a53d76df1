import { AppError } from '@dormouse/runtime/errors';
import { type BucketOptions, openBucket, S3Error } from '@dormouse/s3/bucket';
import type { ObjectStore } from './object-store.ts';

export { bucketVariables } from '@dormouse/s3/bucket';

export interface S3StoreOptions extends BucketOptions {
  /** Where clients reach the store, `https://s3.example.org`; without it nothing but us puts objects there. */
  uploadUrl?: string;
}

/** Objects of a bucket, below its prefix. What the server refuses is 503 to a client. @throws S3Error when it cannot be one */
export function s3Store({ uploadUrl, ...options }: S3StoreOptions): ObjectStore {
  const { s3, keyOf, ask, again } = openBucket({ pauseMs: 100, timeoutMs: 10_000, ...options });
  const asked = <T>(work: () => Promise<T>): Promise<T> => ask(() => again(work)).catch(unavailable);
  return {
    ...(uploadUrl && { invite: inviting({ ...options, env: { ...options.env, AWS_ENDPOINT_URL_S3: uploadUrl } }) }),
    read: (key) =>
      asked(async () => {
        const bytes = await s3.getObjectArrayBuffer(keyOf(key));
        return bytes ? new Uint8Array(bytes) : undefined;
      }),
    has: (key) => asked(async () => (await s3.objectExists(keyOf(key))) === true),
    write: (key, bytes) => asked(async () => void (await s3.putObject(keyOf(key), bytes))),
    // An object is there as a whole or not at all; what was sent in parts and broken off ends by a rule of the bucket.
    removeBroken: async () => 0,
    remove: (keys) =>
      asked(async () => {
        const removed = await s3.deleteObjects(keys.map((key) => keyOf(key)));
        if (removed.includes(false)) throw new S3Error(`${options.url}: the server did not remove every object`);
      }),
  };
}

/** The length and the hash are signed: the store refuses anything else before it is kept (SigV4, in the query). */
function inviting(options: BucketOptions): NonNullable<ObjectStore['invite']> {
  const { s3, keyOf } = openBucket(options);
  return async (key, { bytes, hash }, seconds) => {
    const headers = {
      'content-length': String(bytes),
      'x-amz-checksum-sha256': Buffer.from(hash, 'hex').toString('base64'),
    };
    return { url: await s3.getPresignedUrl('PUT', keyOf(key), seconds, {}, headers), headers };
  };
}

function unavailable(error: unknown): never {
  if (!(error instanceof S3Error)) throw error;
  throw new AppError('unavailable', 'The store of pictures does not answer as it should. Try again shortly.', {
    cause: error,
    headers: { 'retry-after': '1' },
  });
}
