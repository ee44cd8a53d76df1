import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Author, type Blog, blogAt } from '../blog.ts';
import { eventually, type RunningPlatform, removeHome, runPlatform } from '../platform.ts';

const root = join(import.meta.dirname, '../..');
const trigger = 'categories-post-events';

/** An overlay whose trigger of the categories sends to a path that nobody listens at, until it is mended. */
function brokenOverlay() {
  const folder = mkdtempSync(join(tmpdir(), 'dormouse-redrive-'));
  const sendTo = (uri: string) => [
    { op: 'replace', path: '/spec/subscriber/uri', value: uri },
    { op: 'add', path: '/spec/delivery', value: { retry: 1, backoffPolicy: 'linear', backoffDelay: 'PT0.1S' } },
  ];
  const write = (name: string, content: object) => writeFileSync(join(folder, name), JSON.stringify(content));
  write('kustomization.yaml', {
    apiVersion: 'kustomize.config.k8s.io/v1beta1',
    kind: 'Kustomization',
    resources: [relative(folder, join(root, 'knative/overlays/local'))],
    patches: [{ path: 'trigger.yaml', target: { kind: 'Trigger', name: trigger } }],
  });
  write('trigger.yaml', sendTo('/evnets'));
  return {
    folder,
    mend: () => write('trigger.yaml', sendTo('/events')),
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}

describe('a consumer that was broken for good', { timeout: 180_000 }, () => {
  const overlay = brokenOverlay();
  let platform: RunningPlatform;
  let blog: Blog;
  let ada: Author;
  beforeAll(async () => {
    platform = await runPlatform({ overlay: overlay.folder });
    blog = blogAt(platform.url);
    ada = await blog.register();
  });
  afterAll(async () => {
    await platform?.stop();
    if (platform) removeHome(platform.home);
    overlay.remove();
  });

  /** `dormouse events …`, beside the platform. */
  const events = async (...args: string[]) => {
    const env = {
      PATH: process.env.PATH,
      PORT: new URL(platform.url).port,
      CONSOLE_PORT: new URL(platform.console).port,
      DORMOUSE_HOME: platform.home,
    };
    return (
      await promisify(execFile)(process.execPath, [join(root, 'cli/dormouse.mjs'), 'events', ...args], {
        cwd: root,
        env,
      })
    ).stdout;
  };
  const deadLetters = async (...args: string[]) =>
    JSON.parse(await events('dead-letters', '--json', ...args)) as DeadLetter[];
  const counted = async () => {
    const { body } = await blog.call<{ name: string; post_count: number }[]>('GET', '/blog/api/categories');
    return Object.fromEntries(
      body.filter(({ name }) => /^(Alpha|Beta)$/.test(name)).map(({ name, post_count }) => [name, post_count]),
    );
  };

  interface DeadLetter {
    number: number;
    event: { id: string };
    trigger: string;
    status: number;
    cause: string;
    trace_id: string;
    state: string;
  }

  it('leaves dead letters with cause and trace, in the command line and in the console', async () => {
    for (const category_name of ['Alpha', 'Alpha', 'Beta']) await ada.write({ title: 'Winter sleep', category_name });
    const open = await eventually(deadLetters, (all) => all.length === 6); // created and published, of each post
    for (const deadLetter of open)
      expect(deadLetter).toMatchObject({ trigger, status: 404, cause: expect.stringContaining('404'), state: 'open' });
    const { number, trace_id, event } = open[0]!;
    const page = await (await fetch(`${platform.console}/dead-letters/${number}`)).text();
    expect(page).toContain(`/traces/${trace_id}`);
    expect(page).toContain('/evnets');
    expect((await fetch(`${platform.console}/api/traces/${trace_id}`)).status).toBe(200);
    expect(await events('explain', event.id, '--trigger', trigger)).toContain('dead-lettered');
    expect(await counted()).toEqual({ Alpha: 0, Beta: 0 });
  });

  it('refuses them again as long as it is broken, and they stay', async () => {
    await expect(events('redrive', String((await deadLetters())[0]!.number))).rejects.toMatchObject({
      code: 1,
      stdout: expect.stringContaining('1 rejected again'),
    });
    expect(await deadLetters()).toHaveLength(6);
  });

  it('has every effect once, after it was mended and all were redriven', async () => {
    overlay.mend();
    await eventually(
      () => events('explain', '--trigger', trigger),
      (text) => text.includes('local/events'),
    );
    expect(await events('redrive', '--all', '--yes')).toBe('6 of 6 dead letters sent\n');
    expect(await deadLetters()).toEqual([]);
    expect((await deadLetters('--state', 'redriven')).length).toBe(6);
    await eventually(counted, ({ Alpha, Beta }) => Alpha === 2 && Beta === 1, 10);
    expect(await events('redrive', '--all', '--yes')).toBe('no dead letter is open there\n');
  });

  it('is not changed by a replay of the day', async () => {
    const range = ['--trigger', trigger, '--from', '1d'];
    expect(await events('replay', ...range, '--dry-run')).toMatch(/^dry run: 6 of \d+ events would be sent/);
    const job = JSON.parse(await events('replay', ...range, '--json')) as object;
    expect(job).toMatchObject({ kind: 'replay', state: 'done', done: 6, failed: 0 });
    await ada.write({ title: 'One more', category_name: 'Beta' }); // so that a late effect of the replay would show
    await eventually(counted, ({ Beta }) => Beta === 2, 10);
    expect(await counted()).toEqual({ Alpha: 2, Beta: 2 });
  });
});
