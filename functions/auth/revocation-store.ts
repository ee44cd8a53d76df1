import type { Revocations } from '@dormouse/runtime/revocations';
import type { Sql } from '@dormouse/runtime/sql-types';
import { accessTokenSeconds } from '@dormouse/runtime/token-life';

/** What access tokens do not know yet. */
export interface RevocationStore {
  /** Sessions that ended, and roles that changed, within the life of an access token. */
  revocations(): Promise<Revocations>;
}

/** Five minutes more than a token lives: clocks differ, and transactions take time. */
const windowSeconds = accessTokenSeconds + 300;

/** @see RevocationStore */
export function revocationStore(sql: Sql): RevocationStore {
  return {
    async revocations() {
      const since = sql`now() - ${windowSeconds} * interval '1 second'`;
      const [found] = await sql<[Revocations]>`
        SELECT
          (SELECT coalesce(json_agg(id), '[]') FROM ended_sessions WHERE ended_at > ${since}) AS sessions,
          (SELECT coalesce(json_agg(json_build_object('id', id, 'role', role)), '[]')
           FROM users WHERE role_changed_at > ${since} AND deleted_at IS NULL) AS roles`;
      return found;
    },
  };
}
