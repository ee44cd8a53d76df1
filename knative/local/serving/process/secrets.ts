import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { chmodSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { SecretRecipe } from '@dormouse/manifests/local-config';
import { prepareEventKeys } from './event-keys.ts';
import { filesOf, writeSecret } from './secret-files.ts';

export interface SecretsOptions {
  /** DORMOUSE_HOME/secrets */
  folder: string;
  recipes: ReadonlyMap<string, SecretRecipe>;
  /** Superuser's URL of the database. */
  databaseUrl: string;
  /** Address of Redis for a user; undefined where there is no Redis. */
  redisUrlOf: ((user: string, rules: readonly string[]) => Promise<string>) | undefined;
  /** Folder that programs run in. */
  root: string;
}

/**
 * Creates missing Secrets and writes each as a folder with one file per key, as a cluster mounts them; only the owner may
 * read them. Passwords and keys are created once; addresses are rewritten at each start.
 */
export async function prepareSecrets({
  folder,
  recipes,
  databaseUrl,
  redisUrlOf,
  root,
}: SecretsOptions): Promise<void> {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  chmodSync(folder, 0o700);
  await Promise.all(
    [...recipes].map(async ([name, recipe]) => {
      const directory = join(folder, name);
      if (recipe.kind === 'redis' && !redisUrlOf) return rmSync(directory, { recursive: true, force: true });
      mkdirSync(directory, { recursive: true, mode: 0o700 });
      chmodSync(directory, 0o700);
      if (recipe.kind === 'redis') writeSecret(directory, 'REDIS_URL', await redisUrlOf!(recipe.user, recipe.rules));
      else if (recipe.kind === 'database') writeDatabase(directory, recipe.role, databaseUrl);
      else if (recipe.kind === 'run' && filesOf(directory).length === 0) await fill(directory, recipe.program, root);
    }),
  );
  prepareEventKeys(folder, recipes);
}

/** The role's own URL with its password; the role itself is made by the Job that migrates. */
function writeDatabase(directory: string, role: string, databaseUrl: string): void {
  const url = new URL(databaseUrl);
  if (role !== '') [url.username, url.password] = [role, password(directory)];
  writeSecret(directory, 'DATABASE_URL', url.href);
  writeSecret(directory, 'DATABASE_DIRECT_URL', url.href);
}

function password(directory: string): string {
  const file = join(directory, '.password');
  try {
    return readFileSync(file, 'utf8');
  } catch {
    const made = randomBytes(32).toString('hex');
    writeFileSync(file, made, { mode: 0o600, flag: 'wx' });
    return made;
  }
}

function fill(directory: string, program: string, root: string): Promise<void> {
  return new Promise((done, failed) => {
    const child = spawn(process.execPath, [program, directory], {
      cwd: root,
      env: { PATH: process.env.PATH, HOME: process.env.HOME },
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    let said = '';
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      said += text;
    });
    child.once('error', failed).once('close', (code) => {
      if (code !== 0)
        return failed(
          new Error(`${program} could not fill ${directory}: ${said.trim().split('\n').at(-1) ?? `code ${code}`}`),
        );
      for (const name of filesOf(directory)) chmodSync(join(directory, name), 0o600);
      done();
    });
  });
}
