import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { SecretRecipe } from '@dormouse/manifests/local-config';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readSecret } from './secret-files.ts';
import { prepareSecrets, type SecretsOptions } from './secrets.ts';

let root: string;
let folder: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'dormouse-secrets-'));
  folder = join(root, 'secrets');
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

const prepare = (
  recipes: Record<string, SecretRecipe>,
  { port = 5432, redisUrlOf = undefined as SecretsOptions['redisUrlOf'] } = {},
) =>
  prepareSecrets({
    folder,
    recipes: new Map(Object.entries(recipes)),
    databaseUrl: `postgres://postgres:admin@127.0.0.1:${port}/dormouse`,
    redisUrlOf,
    root,
  });
const posts = { 'posts-database': { kind: 'database', role: 'posts' } } as const;

describe('Secrets that no manifest holds', () => {
  it('are readable by their owner alone', async () => {
    writeFileSync(
      join(root, 'keys.mjs'),
      `import { writeFileSync } from 'node:fs'; writeFileSync(process.argv[2] + '/one.jwk', 'key');`,
    );
    await prepare({ ...posts, keys: { kind: 'run', program: join(root, 'keys.mjs') } });
    for (const directory of [folder, join(folder, 'posts-database'), join(folder, 'keys')])
      expect(statSync(directory).mode & 0o777).toBe(0o700);
    for (const directory of ['posts-database', 'keys'].map((name) => join(folder, name)))
      for (const name of readdirSync(directory)) expect(statSync(join(directory, name)).mode & 0o777, name).toBe(0o600);
  });

  it('keep their passwords while addresses change', async () => {
    await prepare(posts);
    const before = new URL(readSecret(folder, 'posts-database')!.DATABASE_URL!);
    await prepare(posts, { port: 6000 });
    const after = readSecret(folder, 'posts-database')!;
    expect(before.username).toBe('posts');
    expect(before.password).toMatch(/^[0-9a-f]{64}$/);
    expect(after.DATABASE_URL).toBe(before.href.replace(':5432/', ':6000/'));
    expect(after.DATABASE_DIRECT_URL).toBe(after.DATABASE_URL);
  });

  it("have the administrator's own URL where no role is named", async () => {
    await prepare({ admin: { kind: 'database', role: '' } });
    expect(readSecret(folder, 'admin')!.DATABASE_URL).toBe('postgres://postgres:admin@127.0.0.1:5432/dormouse');
  });

  it('show only what is a key of theirs', async () => {
    await prepare(posts);
    expect(Object.keys(readSecret(folder, 'posts-database')!)).toEqual(['DATABASE_DIRECT_URL', 'DATABASE_URL']);
    expect(readSecret(folder, 'nothing')).toBeUndefined();
  });

  it('come and go with Redis', async () => {
    const recipes = {
      'posts-redis': { kind: 'redis', user: 'posts', rules: ['~posts:*'] },
      'web-redis': { kind: 'redis', user: 'web', rules: ['~web:*'] },
    } as const;
    await prepare(recipes, { redisUrlOf: async (user, rules) => `redis://${user}@x/${rules}` });
    expect(readSecret(folder, 'posts-redis')).toEqual({ REDIS_URL: 'redis://posts@x/~posts:*' });
    expect(readSecret(folder, 'web-redis')).toEqual({ REDIS_URL: 'redis://web@x/~web:*' });
    await prepare(recipes);
    expect(existsSync(join(folder, 'posts-redis'))).toBe(false);
  });

  it('are made by a program once, and its failure names its words', async () => {
    const program = join(root, 'keys.mjs');
    writeFileSync(program, `import { appendFileSync } from 'node:fs'; appendFileSync(process.argv[2] + '/one', 'x');`);
    await prepare({ keys: { kind: 'run', program } });
    await prepare({ keys: { kind: 'run', program } });
    expect(readFileSync(join(folder, 'keys/one'), 'utf8')).toBe('x');
    writeFileSync(program, `console.error('no entropy'); process.exit(3);`);
    await expect(prepare({ others: { kind: 'run', program } })).rejects.toThrow(/no entropy/);
  });
});
