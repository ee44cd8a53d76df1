import type { JSONWebKeySet } from 'jose';
import { createLocalJWKSet } from 'jose/jwks/local';
import type { JWTVerifyGetKey } from 'jose/jwt/verify';
import * as v from 'valibot';
import type { Caller, Role } from './caller.ts';
import { revocations } from './revocations.ts';

/** A JWK Set (RFC 7517) with a member of our own, which the issuer leaves out when it cannot tell. */
const document = v.object({
  keys: v.array(v.looseObject({ kid: v.string() })),
  revoked: v.optional(revocations),
});

/** One reading of the issuer's document. */
export interface IssuerStatement {
  find: JWTVerifyGetKey;
  keys: string;
  kids: ReadonlySet<string>;
  sessions: ReadonlySet<string>;
  roles: ReadonlyMap<number, Role>;
}

/**
 * Reads the issuer's document. Parts that did not change, or that it leaves out, are those of the reading `before`: an imported key
 * costs milliseconds.
 * @throws Error when it is no JWK Set
 */
export function readStatement(body: unknown, before?: IssuerStatement): IssuerStatement {
  const { keys, revoked } = v.parse(document, body);
  const text = JSON.stringify(keys);
  const published =
    text === before?.keys
      ? before
      : {
          find: createLocalJWKSet({ keys } as unknown as JSONWebKeySet),
          keys: text,
          kids: new Set(keys.map(({ kid }) => kid)),
        };
  const ended = revoked
    ? {
        sessions: new Set(revoked.sessions),
        roles: new Map(revoked.roles.map(({ id, role }) => [id, role])),
      }
    : { sessions: before?.sessions ?? new Set(), roles: before?.roles ?? new Map() };
  return { find: published.find, keys: published.keys, kids: published.kids, ...ended };
}

/**
 * The caller as a statement sees it now; undefined when the session has ended. Only administrators keep scopes, and personal access
 * tokens, which they limit.
 */
export function callerNow({ sessions, roles: changed }: IssuerStatement, caller: Caller): Caller | undefined {
  if (caller.session !== undefined && sessions.has(caller.session)) return undefined;
  const role = changed.get(caller.id);
  if (role === undefined || role === caller.role) return caller;
  return { ...caller, role, scopes: role === 'admin' || caller.limited ? caller.scopes : [] };
}
