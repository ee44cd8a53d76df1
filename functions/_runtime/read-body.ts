import type { IncomingMessage, ServerResponse } from 'node:http';
import { AppError } from './errors.ts';

export type Incoming = IncomingMessage & { rawBody?: Buffer };

export const hasBody = (incoming: Incoming): boolean =>
  incoming.headers['transfer-encoding'] !== undefined ||
  (incoming.headers['content-length'] !== undefined && incoming.headers['content-length'] !== '0');

/**
 * Reads the whole body before the handler runs, so that a limit holds for chunked bodies as well. Bodies of all requests that are not
 * answered yet hold at most `allBytes` together: of many large ones at once some are asked to come again, before they fill the memory.
 * @throws AppError unsupported_media_type, too_large, unavailable
 */
export function readBodies(
  allBytes: number,
): (incoming: Incoming, outgoing: ServerResponse, limit: number) => Promise<void> {
  let left = allBytes;
  return async (incoming, outgoing, limit) => {
    const encoding = incoming.headers['content-encoding'];
    if (encoding !== undefined && encoding !== 'identity')
      sendError(incoming, new AppError('unsupported_media_type', 'Compressed bodies are not accepted.'));
    const length = Number(incoming.headers['content-length'] ?? 0);
    if (length > limit) sendError(incoming, tooLarge(limit));
    if (length > left) sendError(incoming, tooMany());
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const chunks: Buffer[] = [];
    let size = 0;
    const take = (chunk: Buffer) => {
      chunks.push(chunk);
      size += chunk.length;
      left -= chunk.length;
      if (size <= limit && left >= 0) return;
      incoming.off('data', take).resume();
      chunks.length = 0;
      reject(size > limit ? tooLarge(limit) : tooMany());
    };
    outgoing.once('close', () => {
      incoming.off('data', take);
      left += size;
    });
    incoming.on('data', take).once('end', resolve).once('error', reject);
    await promise;
    incoming.rawBody = chunks.length === 1 ? (chunks[0] as Buffer) : Buffer.concat(chunks);
  };
}

const tooLarge = (limit: number) => new AppError('too_large', `The body must have at most ${limit} bytes.`);

const tooMany = () =>
  new AppError('unavailable', 'There are too many large requests at once. Try again shortly.', {
    headers: { 'retry-after': '1' },
  });

/** Lets the rest of the body pass by unread: a connection that is cut while the client still sends would hide the answer from it. */
function sendError(incoming: Incoming, error: AppError): never {
  incoming.resume();
  throw error;
}
