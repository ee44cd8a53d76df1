import type { Coding } from './coding.ts';

/** A text that is answered to many, with its strong entity tag. */
export interface Representation {
  readonly etag: string;
  readonly body: string;
}

export type Bytes = Uint8Array<ArrayBuffer>;
type Compressed = Bytes | Promise<Bytes>;

interface Kept {
  body: string;
  bytes: Bytes;
}

/** By object, so that what is asked for often is found at once. */
const ofObjects = new WeakMap<Representation, Map<Coding, Compressed>>();

/**
 * By tag, since the same text comes again as another object: caches in a process hold it for two seconds, Redis for minutes. Those asked
 * for longest ago come first.
 */
const ofTexts = new Map<string, Kept>();
const maxLength = 2 * 1024 * 1024;
let length = 0;

/**
 * The bytes of a text in a coding, made in a thread by who asks first. Not its tag alone says that two texts are the same, since
 * representations of different things may have equal ones.
 */
export function compressed(
  representation: Representation,
  coding: 'br' | 'gzip',
  bytesOf: (representation: Representation) => Bytes,
): Compressed {
  let codings = ofObjects.get(representation);
  if (!codings) ofObjects.set(representation, (codings = new Map()));
  const known = codings.get(coding);
  if (known) return known;
  const key = `${coding} ${representation.etag}`;
  const kept = ofTexts.get(key);
  if (kept?.body === representation.body) {
    ofTexts.delete(key);
    ofTexts.set(key, kept);
    codings.set(coding, kept.bytes);
    return kept.bytes;
  }
  const { body } = representation;
  const all = codings;
  const making = compress[coding](bytesOf(representation)).then(
    (bytes) => {
      all.set(coding, bytes);
      keep(key, { body, bytes });
      return bytes;
    },
    (error) => {
      all.delete(coding);
      throw error;
    },
  );
  codings.set(coding, making);
  return making;
}

function keep(key: string, kept: Kept): void {
  drop(key);
  ofTexts.set(key, kept);
  length += lengthOf(kept);
  for (const oldest of ofTexts.keys()) {
    if (length <= maxLength) break;
    drop(oldest);
  }
}

function drop(key: string): void {
  const kept = ofTexts.get(key);
  if (!kept) return;
  ofTexts.delete(key);
  length -= lengthOf(kept);
}

const lengthOf = ({ body, bytes }: Kept): number => body.length + bytes.length;

/** Found by measuring (docs/benchmarks.md): a level more costs more than it saves. */
const brotliQuality = 5;

const zlib = () => process.getBuiltinModule('node:zlib');
const compress = {
  br(bytes: Bytes): Promise<Bytes> {
    const { constants } = zlib();
    const params = {
      [constants.BROTLI_PARAM_QUALITY]: brotliQuality,
      [constants.BROTLI_PARAM_MODE]: constants.BROTLI_MODE_TEXT,
      [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length,
    };
    return new Promise((done, failed) => zlib().brotliCompress(bytes, { params }, settle(done, failed)));
  },
  gzip: (bytes: Bytes): Promise<Bytes> =>
    new Promise((done, failed) => zlib().gzip(bytes, { level: 6 }, settle(done, failed))),
};

const settle =
  (done: (bytes: Bytes) => void, failed: (error: Error) => void) => (error: Error | null, bytes: Uint8Array) =>
    error ? failed(error) : done(bytes as Bytes);
