import { randomBytes, timingSafeEqual } from 'node:crypto';
import { fail } from '@dormouse/runtime/errors';
import { argon2id, type Derive } from './argon2id.ts';
import { type Argon2Hash, type Cost, decodePhc, encodePhc } from './phc.ts';

/** OWASP's argon2id setting of 19 MiB, 2 passes, 1 lane. */
export const cost: Cost = { memory: 19_456, passes: 2, lanes: 1 };

/** Result of a check; `outdated` says that a good password should be hashed anew, with today's cost. */
export interface VerifyResult {
  ok: boolean;
  outdated: boolean;
}

export interface Passwords {
  /** The PHC string to store. */
  hash(password: string): Promise<string>;
  /** Checks a password. Without a stored hash (no such user, or none set yet) it does the same work and says no. */
  verify(password: string, stored: string | undefined): Promise<VerifyResult>;
}

export interface PasswordsOptions {
  cost?: Cost;
  /** Hashes at the same time: half of libuv's four threads, so that DNS and files get through. */
  concurrency?: number;
  /** How many may wait for their turn before further ones are turned away. */
  queue?: number;
  derive?: Derive;
  random?: (bytes: number) => Uint8Array;
}

/**
 * Password hashing with a bound on how much of it happens at once.
 *
 * Passwords are compared in Unicode normalisation form NFKC, so that one typed on another keyboard is the same.
 * @throws AppError `unavailable` (503) with Retry-After, at once, when the queue is full.
 */
export function passwords(options: PasswordsOptions = {}): Passwords {
  const wanted = options.cost ?? cost;
  const random = options.random ?? randomBytes;
  const turn = semaphore(options.concurrency ?? 2, options.queue ?? 32);
  const run = (password: string, hash: Cost, salt: Uint8Array, length: number) =>
    turn(() => (options.derive ?? argon2id)(password.normalize('NFKC'), salt, hash, length));
  const nobody: Argon2Hash = { ...wanted, salt: random(16), tag: random(32) };

  return {
    async hash(password) {
      const salt = random(16);
      return encodePhc({ ...wanted, salt, tag: await run(password, wanted, salt, 32) });
    },
    async verify(password, stored) {
      const hash = stored === undefined ? nobody : decodePhc(stored);
      const tag = await run(password, hash, hash.salt, hash.tag.length);
      const same = timingSafeEqual(tag, hash.tag);
      return { ok: same && hash !== nobody, outdated: differs(hash, wanted) };
    },
  };
}

const differs = (hash: Argon2Hash, wanted: Cost): boolean =>
  hash.memory !== wanted.memory ||
  hash.passes !== wanted.passes ||
  hash.lanes !== wanted.lanes ||
  hash.tag.length !== 32;

/** Lets `concurrency` pieces of work run, `queue` more wait in order, and refuses the rest. */
function semaphore(concurrency: number, queue: number): <T>(work: () => Promise<T>) => Promise<T> {
  const waiting: (() => void)[] = [];
  let running = 0;
  return async (work) => {
    if (running >= concurrency) {
      if (waiting.length >= queue)
        fail('unavailable', 'Too many people are logging in just now. Try again shortly.', {
          headers: { 'retry-after': '1' },
        });
      await new Promise<void>((go) => waiting.push(go));
    } else running++;
    try {
      return await work();
    } finally {
      // A slot is handed over, not released and acquired again, so that no other caller gets it in between.
      const next = waiting.shift();
      if (next) next();
      else running--;
    }
  };
}
