import type { ServerResponse } from 'node:http';

type Chunk = string | Uint8Array | undefined | null | (() => void);

/** Counts the bytes of a response's body from now on. @returns what there is until then; Node itself tells nobody */
export function bodySize(outgoing: ServerResponse): () => number {
  let bytes = 0;
  const count = (chunk: Chunk, encoding: unknown) => {
    if (typeof chunk === 'string')
      bytes += Buffer.byteLength(chunk, typeof encoding === 'string' ? (encoding as BufferEncoding) : 'utf8');
    else if (chunk instanceof Uint8Array) bytes += chunk.byteLength;
  };
  const { write, end } = outgoing;
  outgoing.write = (...given: unknown[]) => {
    count(given[0] as Chunk, given[1]);
    return Reflect.apply(write, outgoing, given) as boolean;
  };
  outgoing.end = (...given: unknown[]) => {
    count(given[0] as Chunk, given[1]);
    return Reflect.apply(end, outgoing, given) as ServerResponse;
  };
  return () => bytes;
}
