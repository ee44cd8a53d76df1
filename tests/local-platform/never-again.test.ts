import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { family } from '../bench/processes.ts';
import { type Blog, blogAt } from '../blog.ts';
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
