import type { Env } from '@dormouse/runtime/app';
import type { Tokens } from '@dormouse/runtime/auth';
import type { Limiter } from '@dormouse/runtime/limiter';
import type { Logger } from '@dormouse/runtime/log';
import type { Context } from 'hono';
import type { Keyring } from './keyring.ts';
import type { Limits } from './limits.ts';
import type { Passwords } from './passwords.ts';
import type { Registration } from './settings.ts';
import type { Store } from './store.ts';

/** All of the world that auth touches. */
export interface Auth {
  store: Store;
  passwords: Passwords;
  keys: Keyring;
  tokens: Tokens;
  limiter: Limiter;
  limits: Limits;
  /** Who may register while no setting says it. */
  registration: Registration;
  issuer: string;
  audience: string;
  /** The client's real address, as the ingress says it. */
  address: (c: Context<Env>) => string;
  log: Logger;
  /** Whether a refusal is the first of its key within a minute, so that it is logged. */
  firstRefusal: (key: string) => boolean;
  /** Milliseconds since 1970. */
  now: () => number;
}
