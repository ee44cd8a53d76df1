import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { dormouse } from '@dormouse/cli/dormouse.fixture';
import { functionFolders } from '@dormouse/cli/new/function-routes';
import { readAccessToken } from '@dormouse/local/access-token';
import { Redis } from '@dormouse/runtime/ioredis';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Author, type Blog, blogAt, type Post } from '../blog.ts';
import { needs } from '../needs.ts';
import { eventually, type RunningPlatform, runPlatform } from '../platform.ts';

interface SeenEvent {
  id: string;
  type: string;
  subject: string;
  trace_id: string;
  triggers: { name: string; outcome: string; attempts: number }[];
}

/** What its console tells of it; what every target shows is in tests/scenarios. */
describe('a new author walks through the platform', () => {
  let platform: RunningPlatform;
  let blog: Blog;
  let author: Author;
  let post: Post;
  let trace: string;

  beforeAll(async () => {
    platform = await runPlatform({ overlay: `${import.meta.dirname}/../overlays/quick` });
    blog = blogAt(platform.url);
  });
  afterAll(() => platform?.stop());

  const events = async () => (await fetch(`${platform.console}/api/events`)).json() as Promise<SeenEvent[]>;

  it('starts with every function asleep, and says so', async () => {
    const services = await platform.services();
    const functions = functionFolders(join(import.meta.dirname, '../..')).filter((name) => name !== 'migrate');
    expect(functions).toEqual(expect.arrayContaining(['auth', 'categories', 'journal', 'posts', 'relay', 'web']));
    expect(services.map(({ name }) => name).sort()).toEqual(functions.sort());
    expect(services.find(({ name }) => name === 'posts')).toMatchObject({ instances: 0, state: 'asleep', requests: 0 });
  });

  it('prints where to sign up, and where its API is described', async () => {
    for (const [name, path] of [
      ['sign up', '/blog/signup'],
      ['API    ', '/docs/api'],
    ]) {
      expect(platform.output()).toContain(`  ${name}  ${platform.url}${path}\n`);
      expect((await fetch(platform.url + path)).status).toBe(200);
    }
  });

  it('takes the telemetry of a program beside it, at an address that it prints', async () => {
    const { otlp } = (await (await fetch(`${platform.console}/api/addresses`)).json()) as { otlp: string };
    expect(platform.output()).toContain(`  OTLP     ${otlp}`);
    const [traceId, spanId] = ['a'.repeat(32), 'b'.repeat(16)];
    const span = {
      traceId,
      spanId,
      name: 'beside',
      startTimeUnixNano: `${Date.now()}000000`,
      endTimeUnixNano: `${Date.now() + 1}000000`,
    };
    const body = JSON.stringify({ resourceSpans: [{ scopeSpans: [{ spans: [span] }] }] });
    const send = async (headers: Record<string, string>) =>
      (
        await fetch(`${otlp}/v1/traces`, {
          method: 'POST',
          headers: { 'content-type': 'application/json', ...headers },
          body,
        })
      ).status;
    expect(await send({})).toBe(401);
    expect(await send({ authorization: `Bearer ${readAccessToken(platform.home)}` })).toBe(200);
    expect((await fetch(`${platform.console}/api/traces/${traceId}`)).status).toBe(200);
  });

  it('writes a post in a new category, which wakes the functions', async () => {
    author = await blog.register();
    const response = await author.call<Post>('POST', '/blog/api/posts', {
      body: { title: 'Hello, Dormouse', content: '# Hi\n\nAwake.', category_name: 'C#' },
    });
    expect(response.status).toBe(201);
    post = response.body;
    trace = response.headers.get('x-trace-id')!;
    expect(trace).toMatch(/^[0-9a-f]{32}$/);
    const [posts] = (await platform.services()).filter(({ name }) => name === 'posts');
    expect(posts).toMatchObject({ instances: 1, state: 'ready' });
  });

  it('sees the event in the console, with the outcome of each trigger', async () => {
    const list = await eventually(
      events,
      (all) => created(all)?.triggers.every(({ outcome }) => outcome === 'delivered') === true,
    );
    const event = created(list)!;
    expect(event.trace_id).toBe(trace);
    expect(event.triggers.map(({ name }) => name)).toContain('categories-post-events');
  });
  const created = (all: SeenEvent[]) =>
    all.find(({ type, subject }) => type === 'dev.dormouse.post.created.v1' && subject === `post/${post.id}`);

  it('finds no two categories of one colour', async () => {
    const { body } = await blog.call<{ color: string }[]>('GET', '/blog/api/categories');
    expect(body.length).toBeGreaterThan(5);
    expect(new Set(body.map(({ color }) => color)).size).toBe(body.length);
  });

  it('has one trace across ingress, posts, broker and categories', async () => {
    const names = await eventually(
      () => serviceNames(platform, trace),
      (seen) => ['ingress', 'posts', 'broker', 'categories'].every((name) => seen.includes(name)),
    );
    expect(names).toEqual(expect.arrayContaining(['ingress', 'posts', 'broker', 'categories']));
  });

  it('passes every check of verify-deployment, which writes a post and deletes it', async () => {
    const { code, out } = await dormouse([
      'verify-deployment',
      platform.url,
      '--token',
      author.token,
      '--write',
      '--json',
    ]);
    const { checks } = JSON.parse(out) as { checks: { check: string; result: string }[] };
    expect(checks.filter(({ result }) => result === 'failed')).toEqual([]);
    expect(checks.find(({ check }) => check === 'write-event-count')?.result).toBe('passed');
    expect(code).toBe(0);
  });

  it('shows the mail that would have been sent', async () => {
    const email = `${author.name}@example.org`;
    const asked = await blog.call('POST', '/api/password-resets', { body: { email } });
    expect(asked.status).toBe(202);
    const mails = async () => (await fetch(`${platform.console}/mailbox`)).text();
    await eventually(mails, (page) => page.includes('choose a new password'));
  });

  it('has asked Redis for nothing that a function may not, with keys of its own', needs('redis-server'), async () => {
    await blog.call('GET', '/blog/api/posts');
    const redis = new Redis(readFileSync(join(platform.home, 'secrets/redis-admin/REDIS_URL'), 'utf8'));
    try {
      const owners = async () => [...new Set((await redis.keys('*')).map((key) => key.split(':')[0]))].sort();
      expect(await eventually(owners, (all) => all.length >= 4)).toEqual(['auth', 'categories', 'posts', 'web']);
      expect(await redis.acl('LOG')).toEqual([]);
    } finally {
      redis.disconnect();
    }
  });

  it('sees everything fall asleep, and the next request wake it with the right answer', async () => {
    await eventually(
      () => platform.services(),
      (all) => all.every(({ instances }) => instances === 0),
      60,
    );
    const response = await blog.call<Post[]>('GET', '/blog/api/posts');
    expect([response.status, response.body.map(({ id }) => id)]).toEqual([200, [post.id]]);
    const posts = (await platform.services()).find(({ name }) => name === 'posts')!;
    expect(posts.instances).toBe(1);
    expect(posts.last_cold_start_ms).toBeGreaterThan(0);
  });
});

/** Names of the services that have a span in the trace, by the console's Tempo API. */
async function serviceNames(platform: RunningPlatform, traceId: string): Promise<string[]> {
  const response = await fetch(`${platform.console}/api/traces/${traceId}`);
  if (!response.ok) return [];
  const trace = (await response.json()) as {
    batches: { resource: { attributes: { key: string; value: { stringValue?: string } }[] } }[];
  };
  return trace.batches.flatMap(({ resource }) =>
    resource.attributes.filter(({ key }) => key === 'service.name').map(({ value }) => value.stringValue ?? ''),
  );
}
