import { argon2 } from 'node:crypto';
import { promisify } from 'node:util';
import type { Cost } from './phc.ts';

/** Derives the tag of a password; replaced in tests that count how often it ran. */
export type Derive = (password: string, salt: Uint8Array, cost: Cost, tagLength: number) => Promise<Uint8Array>;

/** The id of argon2id in @node-rs/argon2 (its `Algorithm` is a const enum), and of version 19. */
const [algorithm, version] = [2, 1];

/** argon2id (RFC 9106) on libuv's thread pool: the event loop stays free meanwhile. */
export const argon2id: Derive = async (...of) => (await (implementation ??= fastest()))(...of);

let implementation: Promise<Derive> | undefined;

/** Rust's, which uses AVX2 and takes half of the time, loaded with the first password; where it has no build for this machine, OpenSSL's. */
const fastest = (): Promise<Derive> =>
  import('@node-rs/argon2').then(
    ({ hashRaw }): Derive =>
      (password, salt, { memory, passes, lanes }, outputLen) =>
        hashRaw(password, {
          algorithm,
          version,
          salt,
          memoryCost: memory,
          timeCost: passes,
          parallelism: lanes,
          outputLen,
        }),
    () => openssl,
  );

const runArgon2 = promisify(argon2);

/** By Node.js' own OpenSSL. */
export const openssl: Derive = (password, salt, { memory, passes, lanes }, tagLength) =>
  runArgon2('argon2id', { message: password, nonce: salt, memory, passes, parallelism: lanes, tagLength });
