import { type TestDatabase, testDatabase } from '@dormouse/tests/database';
import type postgres from 'postgres';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { alterRoles } from './alter-roles.ts';

const role = `alter_roles_${process.pid}`;
let [one, other]: TestDatabase[] = [];
beforeAll(async () => {
  [one, other] = await Promise.all([testDatabase(), testDatabase()]);
  await one!.admin.unsafe(`CREATE ROLE ${role}`);
});
afterAll(async () => {
  await one?.admin.unsafe(`DROP ROLE ${role}`);
  await Promise.all([one?.drop(), other?.drop()]);
});

it('who change one role in two databases at once both have done so', async () => {
  const change = async (sql: postgres.Sql) => {
    for (let n = 0; n < 100; n++) await alterRoles(sql, `ALTER ROLE ${role} LOGIN PASSWORD 'test'`);
  };
  await expect(Promise.all([one, other].map((each) => change(each!.admin)))).resolves.toHaveLength(2);
});

it('who give one role its first setting in two databases at once both have done so', async () => {
  for (let n = 0; n < 50; n++) {
    await one!.admin.unsafe(`ALTER ROLE ${role} RESET ALL`);
    const both = [one, other].map((each) => alterRoles(each!.admin, `ALTER ROLE ${role} SET search_path = public`));
    await expect(Promise.all(both)).resolves.toHaveLength(2);
  }
});

it('gives up at once for any other reason', async () => {
  const unsafe = vi.fn(() => Promise.reject(new Error('permission denied')));
  await expect(alterRoles({ unsafe } as unknown as postgres.Sql, 'ALTER ROLE x')).rejects.toThrow('permission denied');
  expect(unsafe).toHaveBeenCalledOnce();
});
