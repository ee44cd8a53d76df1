import { randomUUID } from 'node:crypto';
import type { TestDatabase } from '@dormouse/tests/database';

/**
 * Does something while a log-in is half-way: its session is written, and not committed until somebody waits for it.
 * @returns what was done, and how many sessions the account has afterwards
 */
export async function whileOpening<T>(db: TestDatabase, user: number, work: () => Promise<T>): Promise<[T, number]> {
  const opened = Promise.withResolvers<void>();
  const goOn = Promise.withResolvers<void>();
  const opening = db.as('auth').begin(async (tx) => {
    await tx`SELECT 1 FROM users WHERE id = ${user} FOR SHARE`;
    await tx`
      INSERT INTO sessions (id, user_id, seal, head, created_at, used_at, expires_at)
      VALUES (${randomUUID()}, ${user}, 'seal', 'head', now(), now(), now() + interval '1 day')`;
    opened.resolve();
    await goOn.promise;
  });
  await opened.promise;
  let isDone = false;
  const done = work().finally(() => (isDone = true));
  while (!isDone && !(await somebodyWaits(db)));
  goOn.resolve();
  await opening;
  const result = await done;
  const [left] = await db.admin<{ count: number }[]>`
    SELECT count(*)::integer AS count FROM auth.sessions WHERE user_id = ${user}`;
  return [result, left?.count ?? 0];
}

const somebodyWaits = async ({ admin }: TestDatabase): Promise<boolean> =>
  (await admin`SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`).length >
  0;
