import type { Logger } from '@dormouse/runtime/log';
import { isSeen } from '@dormouse/runtime/seen-name';
import type { Sql } from '@dormouse/runtime/sql-types';
import { inTime } from './in-time.ts';

/** What somebody has chosen to be shown by. */
export interface Named {
  /** Undefined: the user name. */
  name?: string;
  /** Hash of media. */
  picture?: string;
}

/** What people have chosen, by user name; who has chosen nothing is missing. */
export type Names = ReadonlyMap<string, Named>;

/** What accounts are called on pages, and their pictures. */
export interface DisplayNames {
  /** Never rejects: `unread` when they cannot be read. */
  of(usernames: Iterable<string>): Promise<Names>;
}

/** Stands for names that cannot be read: a page with user names is better than none, and is not kept. */
export const unread: Names = new Map();

/** Asks the database, without waking auth. */
export const displayNamesIn = (sql: Sql, log: Pick<Logger, 'warn'>): DisplayNames => ({
  async of(usernames) {
    const asked = [...new Set(usernames)];
    if (asked.length === 0) return new Map();
    try {
      const rows = await inTime(sql<{ username: string; display_name: string | null; picture: string | null }[]>`
        SELECT username, display_name, picture FROM auth.people_named(${asked}::text[])`);
      return new Map(
        rows.map(({ username, display_name: name, picture }) => [
          username,
          { ...(name !== null && isSeen(name) && { name }), ...(picture !== null && { picture }) },
        ]),
      );
    } catch (error) {
      log.warn({ error }, 'display names cannot be read: the page is shown with user names');
      return unread;
    }
  },
});
