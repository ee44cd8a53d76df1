import type { Env } from '@dormouse/runtime/app';
import type { Tokens } from '@dormouse/runtime/auth';
import type { HttpRequestOptions } from '@dormouse/runtime/http';
import type { Limiter } from '@dormouse/runtime/limiter';
import type { Logger } from '@dormouse/runtime/log';
import type { SignInProvider } from '@dormouse/runtime/sign-in-providers';
import type { Context } from 'hono';
import type { Keyring } from './keyring.ts';
import type { Limits } from './limits.ts';
import type { Passwords } from './passwords.ts';
import type { Registration } from './settings.ts';
import type { Store } from './store.ts';

/** A provider with the secret by which it knows this blog; public clients have none. */
export type KnownProvider = SignInProvider & { secret?: string };

/** Asks a provider: like fetch, but never following redirects. */
export type ProviderRequest = (url: string, options: HttpRequestOptions) => Promise<Response>;

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
  /** At whom people may log in. */
  providers: readonly KnownProvider[];
  requestProvider: ProviderRequest;
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
