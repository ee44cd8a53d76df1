import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { family } from '../bench/processes.ts';
import { type Blog, blogAt } from '../blog.ts';
import { needs, skippedFor } from '../needs.ts';
import { eventually, type RunningPlatform, runPlatform } from '../platform.ts';

describe('what must not come back', () => {
  let platform: RunningPlatform;
  let blog: Blog;

  beforeAll(async () => {
    platform = await runPlatform();
    blog = blogAt(platform.url);
  });
  afterAll(() => platform?.stop());

  it('health is ok with the database down, and login then says "invalid password"', async () => {
    const { name, password } = await blog.register();
    const database = family(platform.pid)
      .filter(({ command }) => /bin\/postgres -D|^postgres:/.test(command))
      .map(({ pid }) => pid);
    expect(database.length).toBeGreaterThan(1);
    for (const pid of database) process.kill(pid, 'SIGSTOP');
    try {
      const login = await blog.call('POST', '/api/login', { body: { username: name, password } });
      expect([login.status, login.body.status, login.headers.get('content-type')]).toEqual([
        503,
        503,
        'application/problem+json',
      ]);
      expect(login.headers.get('retry-after')).toMatch(/^\d+$/);
      await eventually(
        () => platform.services(),
        (all) => all.find((service) => service.name === 'auth')?.state === 'unready',
        60,
      );
    } finally {
      for (const pid of database) process.kill(pid, 'SIGCONT');
    }
    await eventually(
      () => blog.call('POST', '/api/login', { body: { username: name, password } }),
      ({ status }) => status === 200,
      60,
    );
  }, 150_000);
});

const root = join(import.meta.dirname, '../..');
/** A downloaded archive has no list of the files that are committed. */
const needsClone = existsSync(join(root, '.git')) ? needs('git') : skippedFor(['a clone (.git)']);

describe('what must not come back, in the repository', needsClone, () => {
  let tracked: string[];
  beforeAll(() => {
    tracked = execFileSync('git', ['ls-files'], { cwd: root, encoding: 'utf8' }).trim().split('\n');
  });

  it('secrets are committed', () => {
    const secret =
      /-----BEGIN [A-Z ]*PRIVATE KEY-----|"d"\s*:\s*"[A-Za-z0-9_-]{40,}"|postgres:\/\/[^:\s]+:[^@\s$'`{…]{12,}@/;
    const found = tracked.filter(
      (file) =>
        existsSync(join(root, file)) &&
        !/\.(png|ico)$/.test(file) &&
        secret.test(readFileSync(join(root, file), 'utf8')),
    );
    expect(found).toEqual([]);
  });

  it('unpinned dependencies break the pages while health stays green', () => {
    const loose = tracked
      .filter((file) => file.endsWith('package.json'))
      .flatMap((file) => {
        const manifest = JSON.parse(readFileSync(join(root, file), 'utf8')) as Record<
          string,
          Record<string, string> | undefined
        >;
        return ['dependencies', 'devDependencies', 'optionalDependencies'].flatMap((kind) =>
          Object.entries(manifest[kind] ?? {})
            .filter(
              ([name, version]) =>
                !(name.startsWith('@dormouse/') && version === '*') && !/^\d+\.\d+\.\d+/.test(version),
            )
            .map(([name, version]) => `${file}: ${name} ${version}`),
        );
      });
    expect(loose).toEqual([]);
    expect(tracked).toContain('package-lock.json');
  });
});
