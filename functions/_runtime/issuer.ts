import type { JWTVerifyGetKey } from 'jose/jwt/verify';
import type { Caller } from './caller.ts';

/** What the issuer of tokens says of them now. Its answers are as old as the last `refresh`. */
export interface Issuer {
  /** Undefined while what is known is young enough; else resolves when a request may go on. */
  refresh(): Promise<void> | undefined;
  /** Finds the key of a token's header, as jose asks for it. */
  find: JWTVerifyGetKey;
  /** Whether the key is still published: a token must not outlive its key. */
  publishes(kid: string): boolean;
  /** The caller with the role of now; undefined when the session of the token has ended. */
  current(caller: Caller): Caller | undefined;
}
