import { createHash } from 'node:crypto';
import { lookup as lookupAddress } from 'node:dns';
import { rmSync, writeFileSync } from 'node:fs';
import { request as requestPlain } from 'node:http';
import { request } from 'node:https';
import { BlockList, isIP, type LookupFunction } from 'node:net';
import { join } from 'node:path';
import { pictureType } from '@dormouse/runtime/picture-type';
import type { Step } from '../progress.ts';
import { atOnce } from './at-once.ts';
import type { FileNote } from './file-note.ts';
import { temporaryFolder } from './temporary-folder.ts';

/** Of one picture, and of all of them. A host that sends slowly is given up. */
const limits = { pictures: 5_000, bytes: 10 * 1024 * 1024, allBytes: 2e9, redirects: 5, ms: 30_000 };
const concurrency = 4;

/** Pictures of other hosts, in a folder of their own. */
export interface FetchedPictures {
  /** Files by address. */
  readonly files: ReadonlyMap<string, string>;
  /** Addresses that could not be read, with the reason. */
  readonly failed: readonly FileNote[];
  /** Removes the folder. */
  close(): void;
}

export interface FetchOptions {
  readonly step?: Step;
  /** Whether an address may be asked; by default all but those of private networks and this machine. */
  readonly isPublic?: (address: string) => boolean;
}

/**
 * Reads pictures of other hosts, for a text of a stranger who chose the addresses: http and https only, never of this machine or a private
 * network, whatever a name or a redirection leads to; at most 10 MiB each.
 */
export async function fetchPictures(
  addresses: readonly string[],
  { step = () => {}, isPublic = isPublicAddress }: FetchOptions = {},
): Promise<FetchedPictures> {
  const folder = temporaryFolder('pictures');
  const files = new Map<string, string>();
  const failed: FileNote[] = [];
  let left = limits.allBytes;
  await atOnce(addresses.slice(0, limits.pictures), concurrency, async (address) => {
    try {
      const bytes = await read(new URL(address.replace(/^\/\//, 'https://')), Math.min(left, limits.bytes), isPublic);
      left -= bytes.length;
      if (!pictureType(bytes)) throw new Error('it is no picture');
      const file = join(folder, createHash('sha256').update(address).digest('hex'));
      writeFileSync(file, bytes);
      files.set(address, file);
    } catch (error) {
      failed.push({ file: address, reason: (error as Error).message });
    }
    step(address);
  });
  for (const address of addresses.slice(limits.pictures))
    failed.push({ file: address, reason: `there are more than ${limits.pictures} pictures` });
  return { files, failed, close: () => rmSync(folder, { recursive: true, force: true }) };
}

/** Follows redirections one by one: each may lead to an address that must not be asked. */
async function read(url: URL, most: number, isPublic: (address: string) => boolean): Promise<Buffer> {
  let at = url;
  for (let redirect = 0; redirect <= limits.redirects; redirect++) {
    const answer = await ask(at, most, isPublic);
    if (Buffer.isBuffer(answer)) return answer;
    at = new URL(answer.location, at);
  }
  throw new Error(`it leads on more than ${limits.redirects} times`);
}

function ask(url: URL, most: number, isPublic: (address: string) => boolean): Promise<Buffer | { location: string }> {
  const host = url.hostname.replace(/^\[|\]$/g, '');
  if (!/^https?:$/.test(url.protocol)) throw new Error(`its address begins with ${url.protocol}`);
  if (url.username || url.password) throw new Error('its address has a password');
  // A name is looked up below; what is an address already is not.
  if (isIP(host) && !isPublic(host)) throw new Error('its address is of a private network');
  return new Promise((done, fail) => {
    const send = url.protocol === 'https:' ? request : requestPlain;
    const sent = send(
      url,
      {
        agent: false,
        lookup: publicOnly(isPublic),
        signal: AbortSignal.timeout(limits.ms),
        headers: { accept: 'image/*', 'user-agent': 'dormouse-import' },
      },
      (response) => {
        const { statusCode = 0, headers } = response;
        if (statusCode >= 300 && statusCode < 400 && headers.location) {
          sent.destroy();
          return done({ location: headers.location });
        }
        const parts: Buffer[] = [];
        let size = 0;
        const stop = (reason: string) => {
          sent.destroy();
          fail(new Error(reason));
        };
        if (statusCode !== 200) return stop(`HTTP ${statusCode}`);
        if (Number(headers['content-length'] ?? 0) > most) return stop('it is too large');
        response
          .on('data', (part: Buffer) => {
            size += part.length;
            if (size > most) stop('it is too large');
            else parts.push(part);
          })
          .on('end', () => done(Buffer.concat(parts)))
          .on('error', fail);
      },
    );
    sent.on('error', (error) => fail(error.name === 'TimeoutError' ? new Error('it takes too long') : error)).end();
  });
}

/** Looks a name up, and refuses it if any of its addresses must not be asked: the one that was checked is the one that is connected to. */
const publicOnly =
  (isPublic: (address: string) => boolean): LookupFunction =>
  (name, options, callback) =>
    lookupAddress(name, { ...options, all: true }, (error, found) => {
      const [first] = found ?? [];
      if (error || !first) return callback(error ?? new Error('there is no such host'), '', 0);
      if (!found.every(({ address }) => isPublic(address)))
        return callback(new Error('its address is of a private network'), '', 0);
      return options.all ? callback(null, found) : callback(null, first.address, first.family);
    });

/** Networks that are not the Internet (IANA's special-purpose registries). Of IPv6 only what is given out is. */
const notPublic = new BlockList();
for (const [network, bits] of [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.0.2.0', 24],
  ['192.88.99.0', 24],
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
  ['198.51.100.0', 24],
  ['203.0.113.0', 24],
  ['224.0.0.0', 3],
] as const)
  notPublic.addSubnet(network, bits, 'ipv4');
for (const [network, bits] of [
  ['2001::', 23],
  ['2001:db8::', 32],
  ['2002::', 16],
  ['3fff::', 20],
] as const)
  notPublic.addSubnet(network, bits, 'ipv6');
const given = new BlockList();
given.addSubnet('2000::', 3, 'ipv6');

/** @internal for tests */
export function isPublicAddress(address: string): boolean {
  if (isIP(address) === 4) return !notPublic.check(address, 'ipv4');
  return isIP(address) === 6 && given.check(address, 'ipv6') && !notPublic.check(address, 'ipv6');
}
