import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { signAccessToken } from '@dormouse/auth/access-token';
import { readKeys } from '@dormouse/auth/keyring';
import type { RunningPlatform } from '../platform.ts';
import type { Shot } from './load.ts';
import { cpuMs, family } from './processes.ts';

/** Somebody who answers requests, and the CPU time that all of its processes have used, PostgreSQL included. */
export interface Contender {
  name: string;
  origin: string;
  cpuMs(): number;
}

export const people = 200;
export const password = 'correct horse battery';

/** The platform, as its readers reach it. */
export const platformContender = (platform: RunningPlatform): Contender => ({
  name: 'platform',
  origin: platform.url,
  cpuMs: () => cpuMs(platform.pid),
});

/** The plain process of plain.ts, on the platform's database; its `stop` ends it. */
export async function plainContender(platform: RunningPlatform): Promise<Contender & { stop(): void }> {
  const child = spawn(process.execPath, [join(import.meta.dirname, 'plain.ts'), platform.home], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const port = await new Promise<string>((done, failed) => {
    createInterface({ input: child.stdout }).once('line', done);
    child.once('exit', (code) => failed(new Error(`plain.ts ended with ${code}`)));
  });
  // The server is part of the platform's family, but what it does in these seconds it does for the plain process.
  const database = () =>
    family(platform.pid)
      .filter(({ command }) => /bin\/postgres -D|^postgres:/.test(command))
      .reduce((sum, each) => sum + each.cpuMs, 0);
  return {
    name: 'plain',
    origin: `http://127.0.0.1:${port}`,
    cpuMs: () => cpuMs(child.pid!) + database(),
    stop: () => child.kill(),
  };
}

/** The requests that are measured, by name. */
export async function shots(platform: RunningPlatform, somePost: number): Promise<Record<string, Shot>> {
  const key = readKeys(join(platform.home, 'secrets/auth-keys')).at(-1)!;
  const tokens = await Promise.all(
    Array.from({ length: people }, (_, n) =>
      signAccessToken(key, { id: n + 1, name: `person${n}`, role: 'author' }, { issuer: 'https://dormouse.dev' }),
    ),
  );
  let turn = 0;
  const next = () => turn++ % people;
  return {
    list: { method: 'GET', path: '/blog/api/posts?limit=20', expect: 200 },
    post: { method: 'GET', path: `/blog/api/posts/${somePost}`, expect: 200 },
    categories: { method: 'GET', path: '/blog/api/categories', expect: 200 },
    page: { method: 'GET', path: '/blog/', expect: 200 },
    create: {
      method: 'POST',
      path: '/blog/api/posts',
      expect: 201,
      perRequest: () => ({
        headers: { 'content-type': 'application/json', authorization: `Bearer ${tokens[next()]}` },
        body: JSON.stringify({
          title: `Written under load ${turn}`,
          content: 'Some *Markdown* of a few words.',
          category_name: `Topic ${turn % 20}`,
        }),
      }),
    },
    login: {
      method: 'POST',
      path: '/api/login',
      expect: 200,
      perRequest: () => ({
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ username: `person${next()}`, password }),
      }),
    },
  };
}
