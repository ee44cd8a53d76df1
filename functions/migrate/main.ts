import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { awaitDatabase } from '@dormouse/runtime/await-database';
import { variable } from '@dormouse/runtime/config';
import { demandDatabase } from '@dormouse/runtime/demand-database';
import { loginsOf, prepareReader, reader } from '@dormouse/runtime/login-role';
import { type Migrations, migrate } from '@dormouse/runtime/migrate';
import { migrationsOf } from '@dormouse/runtime/migrations-of';
import postgres from 'postgres';

/**
 * The Job that brings every function's schema up to date.
 *
 * DATABASE_URL is the administrator's; `<NAME>_DATABASE_URL` gives the role of function NAME its password, so that each function
 * can log in with the URL of its own Secret. BACKUP_DATABASE_URL makes the role of backups, which reads all tables. MIGRATIONS_DIR holds `<name>/migrations/*.sql`; default: `functions` beside this
 * program, as in the image, else below the working directory. A database that does not answer yet is waited for; one that cannot hold every letter is refused.
 */
const beside = join(import.meta.dirname, 'functions');
const folder = variable('MIGRATIONS_DIR', existsSync(beside) ? beside : 'functions');

const functionsWithMigrations = (): Migrations[] =>
  migrationsOf(folder).map((each) => ({ ...each, ...passwordOf(each.name) }));

function passwordOf(name: string): Pick<Migrations, 'login' | 'password'> {
  const url = variable(`${name.toUpperCase()}_DATABASE_URL`, 'none');
  if (url === 'none') return {};
  const { username, password } = new URL(url);
  const [one, other] = loginsOf(name);
  const login = decodeURIComponent(username);
  if (login !== one && login !== other)
    throw new Error(`${name.toUpperCase()}_DATABASE_URL must log in as ${one} or ${other}`);
  return { login, password: decodeURIComponent(password) };
}

const sql = postgres(variable('DATABASE_URL'), {
  max: 1,
  onnotice: () => {},
  connect_timeout: 5,
  connection: { application_name: 'migrate' },
});
try {
  await awaitDatabase(() => sql`SELECT 1`, { progress: (line) => console.log(line) });
  await demandDatabase(sql);
  const { login, password } = passwordOf(reader);
  if (login !== undefined && password !== undefined) await prepareReader(sql, login, password);
  const applied = await migrate(sql, functionsWithMigrations(), (line) => console.log(line));
  if (applied.length === 0) console.log('every schema is up to date');
} catch (error) {
  console.error(`migrate: ${error instanceof Error ? error.message : String(error)}`);
  process.exitCode = 1;
} finally {
  await sql.end({ timeout: 5 });
}
