import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from '@dormouse/serving/process/free-port';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { copyCheckout } from '../checkout-copy.ts';
import { needs } from '../needs.ts';
import { ctrlC, type Follower, follower, stepsOf } from '../tutorial.ts';

const stepsOfPage = (name: string) =>
  stepsOf(readFileSync(join(import.meta.dirname, '../../docs/tutorials', name), 'utf8'));
const blog = stepsOfPage('first-blog.md');
const proxy = blog.filter(({ heading }) => heading.includes('nginx'));

// One reader with one checkout and one home: the second page begins where the first has ended.
describe('a reader of the tutorials', { ...needs('bash', 'curl'), timeout: 400_000 }, () => {
  let copy: string;
  let home: string;
  let reader: Follower;

  beforeAll(async () => {
    copy = copyCheckout();
    home = mkdtempSync(join(tmpdir(), 'reader-'));
    const [ingress, console, https] = [await freePort(), await freePort(), await freePort()];
    reader = follower({
      folder: copy,
      env: {
        HOME: home,
        PORT: String(ingress),
        CONSOLE_PORT: String(console),
        // The command line of the copy is that of this checkout.
        DORMOUSE_HOME: join(copy, '.dormouse'),
      },
      here: {
        '127.0.0.1:8080': `127.0.0.1:${ingress}`,
        '127.0.0.1:8081': `127.0.0.1:${console}`,
        '127.0.0.1:8443': `127.0.0.1:${https}`,
      },
      isUp: async () => (await fetch(`http://127.0.0.1:${ingress}/health`)).ok,
    });
  });
  afterAll(async () => {
    await reader?.end();
    for (const folder of [copy, home]) if (folder) rmSync(folder, { recursive: true, maxRetries: 5 });
  });

  test('makes a blog, as first-blog.md says', async () => {
    const steps = blog.filter((step) => !proxy.includes(step));
    expect(steps.length).toBeGreaterThan(8);
    await reader.follow(steps);
  });

  test('puts it behind nginx', needs('nginx', 'openssl'), async () => {
    expect(proxy.length).toBeGreaterThan(2);
    await reader.follow(proxy);
  });

  test('makes a function, as your-first-function.md says', async () => {
    const steps = stepsOfPage('your-first-function.md');
    expect(steps.length).toBeGreaterThan(6);
    // Who has no nginx leaves its section out, but for the end of the blog that runs.
    await reader.follow(proxy.filter(({ text }) => text === ctrlC));
    await reader.follow(steps);
  });
});
