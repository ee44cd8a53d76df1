import type { Logger } from '@dormouse/runtime/log';
import { isSeen } from '@dormouse/runtime/seen-name';
import type { Sql } from '@dormouse/runtime/sql-types';
import { inTime } from './in-time.ts';

/** What people call themselves, by user name. Who is missing is called by the user name. */
export type Names = ReadonlyMap<string, string>;

/** What accounts are called on pages. */
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
      const rows = await inTime(sql<{ username: string; display_name: string }[]>`
        SELECT username, display_name FROM auth.display_names(${asked}::text[])`);
      const seen = rows.filter(({ display_name }) => isSeen(display_name));
      return new Map(seen.map(({ username, display_name }) => [username, display_name]));
    } catch (error) {
      log.warn({ error }, 'display names cannot be read: the page is shown with user names');
      return unread;
    }
  },
});
