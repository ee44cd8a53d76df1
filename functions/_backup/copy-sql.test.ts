import { setTimeout as sleep } from 'node:timers/promises';
import { testDatabase } from '@dormouse/tests/database';
import { expect, test } from 'vitest';
import { copyOut } from './copy-sql.ts';

// The last bytes of each come in another way: with one row or several, or with the end alone.
test('a connection goes on behind a table whose rows came faster than they were read, however many', async () => {
  const db = await testDatabase();
  await db.admin`CREATE TABLE large AS SELECT n, repeat('x', 20_000) AS text FROM generate_series(1, 12) n`;
  const sql = await db.admin.reserve();
  const large = { schema: 'public', name: 'large', columns: ['n', 'text'], key: ['n'] };
  for (let left = 12; left > 0; left--) {
    let bytes = 0;
    for await (const chunk of await copyOut(sql, large)) {
      bytes += chunk.length;
      await sleep(2);
    }
    expect(bytes).toBeGreaterThan(left * 20_000);
    expect(await sql`DELETE FROM large WHERE n = ${left} RETURNING n`).toEqual([{ n: left }]);
  }
  sql.release();
  await db.drop();
});
