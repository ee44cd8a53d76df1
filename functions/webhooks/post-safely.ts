import type { LookupAddress } from 'node:dns';
import { request as plain } from 'node:http';
import { request as secure } from 'node:https';
import { isIP, type LookupFunction } from 'node:net';
import { before, type Lookup, nameServers } from './addresses-of-name.ts';
import { isReachable, type Reach, refusalOf } from './target.ts';

/** What became of a request to a stranger. */
export interface Outcome {
  /** Of the answer; absent when there was none. */
  status?: number;
  /** Why there was none. */
  error?: string;
  /** Nothing was sent: the address leads inside. */
  refused?: true;
  /** The first characters of the answer. */
  answer?: string;
  durationMs: number;
}

/** Whether the receiver has taken it. */
export const isTaken = ({ status = 0 }: Outcome): boolean => status >= 200 && status < 300;

export interface PostOptions {
  reach: Reach;
  /** Until all that is kept of the answer is there; looking the name up is part of it. */
  deadlineMs?: number;
  lookup?: Lookup;
}

export type Post = (url: string, headers: Readonly<Record<string, string>>, body: string) => Promise<Outcome>;

/** Bytes of an answer that are kept. */
const keptBytes = 1024;

class RefusedAddressError extends Error {
  override name = 'RefusedAddressError';
}

/**
 * Posts to addresses that strangers choose. The name is looked up once; unless every address that it leads to is public, nothing is sent; the
 * connection goes to one of exactly these addresses, whatever the name leads to a moment later. No redirect is followed, no connection is
 * kept, no proxy is asked, and of the answer no more than its first KiB is read. Never rejects.
 */
export function safePoster({ reach, deadlineMs = 10_000, lookup = nameServers() }: PostOptions): Post {
  return async (url, headers, body) => {
    const begun = performance.now();
    const over = AbortSignal.timeout(deadlineMs);
    const outcome = await send(url, headers, body, { reach, lookup, over }).catch(
      (error: Error): Omit<Outcome, 'durationMs'> => ({
        error: over.aborted ? `no answer within ${deadlineMs} ms` : said(error),
        ...(error instanceof RefusedAddressError && { refused: true as const }),
      }),
    );
    return { ...outcome, durationMs: Math.round(performance.now() - begun) };
  };
}

type World = Required<Pick<PostOptions, 'reach' | 'lookup'>> & { over: AbortSignal };

async function send(url: string, headers: Readonly<Record<string, string>>, body: string, world: World) {
  const refusal = refusalOf(url, world.reach);
  if (refusal !== undefined) throw new RefusedAddressError(`the address ${refusal}`);
  const target = new URL(url);
  const addresses = await addressesOf(target.hostname.replace(/^\[|\]$/g, ''), world);
  return await exchange(target, headers, body, { addresses, over: world.over });
}

/** @throws RefusedAddressError unless all of them are public: whoever mixes others in among them is not to be trusted with any */
async function addressesOf(host: string, { reach, lookup, over }: World): Promise<readonly LookupAddress[]> {
  const addresses = namedWithoutServers(host, reach) ?? (await before(over, lookup(host, over)));
  if (addresses.length === 0) throw new Error('the name leads to no address');
  for (const { address } of addresses)
    if (!isReachable(address, reach)) throw new RefusedAddressError('the address must lead to a public address');
  return addresses;
}

/** An address names itself; `localhost` is this machine, whatever a name server says (RFC 6761): for development alone. */
function namedWithoutServers(host: string, reach: Reach): readonly LookupAddress[] | undefined {
  const family = isIP(host);
  if (family !== 0) return [{ address: host, family }];
  return reach.local && host === 'localhost' ? loopbacks : undefined;
}

const loopbacks: readonly LookupAddress[] = [
  { address: '127.0.0.1', family: 4 },
  { address: '::1', family: 6 },
];

interface Connection {
  addresses: readonly LookupAddress[];
  over: AbortSignal;
}

function exchange(
  target: URL,
  headers: Readonly<Record<string, string>>,
  body: string,
  { addresses, over }: Connection,
): Promise<Pick<Outcome, 'status' | 'answer'>> {
  const { promise, resolve, reject } = Promise.withResolvers<Pick<Outcome, 'status' | 'answer'>>();
  // Whoever connects asks this instead of the system.
  const lookup = ((_, options, callback) =>
    options.all
      ? callback(null, [...addresses])
      : callback(null, addresses[0]!.address, addresses[0]!.family)) as LookupFunction;
  const outgoing = (target.protocol === 'https:' ? secure : plain)(target, {
    method: 'POST',
    headers: { ...headers, 'content-length': Buffer.byteLength(body) },
    lookup,
    agent: false,
    signal: over,
  });
  // Once a status is there, it decides, whatever becomes of the rest.
  let answered: (() => void) | undefined;
  const broken = (error: Error) => (answered ? answered() : reject(error));
  outgoing.on('error', broken).on('close', () => broken(new Error('the connection was closed without an answer')));
  outgoing.on('response', (incoming) => {
    const chunks: Buffer[] = [];
    let size = 0;
    const end = () => {
      const text = Buffer.concat(chunks).subarray(0, keptBytes).toString('utf8');
      resolve({ status: incoming.statusCode ?? 0, answer: printable(text) });
      outgoing.destroy();
    };
    answered = end;
    incoming.on('data', (chunk: Buffer) => {
      chunks.push(chunk);
      if ((size += chunk.length) >= keptBytes) end();
    });
    incoming.on('end', end).on('error', end).on('close', end);
  });
  outgoing.end(body);
  return promise;
}

/** Without what PostgreSQL has no place for. */
const printable = (text: string): string => text.replace(/[\u0000-\u0008\u000b-\u001f\u007f]/g, '\ufffd');

/** An error by its code, which says enough and has no address in it. */
const said = (error: Error): string => {
  const inner = error instanceof AggregateError ? (error.errors[0] as Error) : error;
  const code = (inner as { code?: unknown }).code;
  return (typeof code === 'string' ? `${code}: ` : '') + printable(inner.message).slice(0, 200);
};
