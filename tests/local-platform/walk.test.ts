import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Author, type Blog, blogAt, type Post } from '../blog.ts';
import { eventually, type RunningPlatform, runPlatform } from '../platform.ts';

interface SeenEvent {
  id: string;
  type: string;
  subject: string;
  trace_id: string;
  triggers: { name: string; outcome: string; attempts: number }[];
}
interface Category {
  id: number;
  name: string;
  slug: string;
  color: string;
  post_count: number;
}

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
  const categories = async () => (await blog.call<Category[]>('GET', '/blog/api/categories')).body;

  it('starts with every function asleep, and says so', async () => {
    const services = await platform.services();
    expect(services.map(({ name }) => name).sort()).toEqual(['auth', 'categories', 'journal', 'posts', 'relay', 'web']);
    expect(services.find(({ name }) => name === 'posts')).toMatchObject({ instances: 0, state: 'asleep', requests: 0 });
  });

  it('registers, logs in and is who the token says', async () => {
    author = await blog.register();
    const me = await author.call<{ status: string; data: { username: string } }>('GET', '/verify');
    expect(me.status).toBe(200);
    expect(me.body).toMatchObject({ status: 'success', data: { username: author.name } });
  });

  it('writes a post in a new category, which wakes the functions', async () => {
    const answer = await author.call<Post>('POST', '/blog/api/posts', { body: { title: 'Hello, Dormouse', content: '# Hi\n\nAwake.', category_name: 'C#' } });
    expect(answer.status).toBe(201);
    post = answer.body;
    trace = answer.headers.get('x-trace-id')!;
    expect(trace).toMatch(/^[0-9a-f]{32}$/);
    expect(answer.headers.get('location')).toBe(`/blog/api/posts/${post.id}`);
    expect(post).toMatchObject({ author: author.name, status: 'published', category: { name: 'C#' } });
    const [posts] = (await platform.services()).filter(({ name }) => name === 'posts');
    expect(posts).toMatchObject({ instances: 1, state: 'ready' });
  });

  it('sees the event in the console, with the outcome of each trigger', async () => {
    const list = await eventually(events, (all) => created(all)?.triggers.every(({ outcome }) => outcome === 'delivered') === true);
    const event = created(list)!;
    expect(event.trace_id).toBe(trace);
    expect(event.triggers.map(({ name }) => name)).toContain('categories-post-events');
  });
  const created = (all: SeenEvent[]) => all.find(({ type, subject }) => type === 'dev.dormouse.post.created.v1' && subject === `post/${post.id}`);

  it('finds the category counted exactly once', async () => {
    const found = await eventually(categories, (all) => all.find(({ id }) => id === post.category.id)?.post_count === 1);
    expect(new Set(found.map(({ color }) => color)).size).toBe(found.length);
  });

  it('has one trace across ingress, posts, broker and categories', async () => {
    const names = await eventually(
      () => serviceNames(platform, trace),
      (seen) => ['ingress', 'posts', 'broker', 'categories'].every((name) => seen.includes(name)),
    );
    expect(names).toEqual(expect.arrayContaining(['ingress', 'posts', 'broker', 'categories']));
  });

  it('is told 412 on a stale edit, and another author 403', async () => {
    const { headers } = await author.call('GET', `/blog/api/posts/${post.id}`);
    const etag = headers.get('etag')!;
    const path = `/blog/api/posts/${post.id}`;
    const edited = await author.call<Post>('PATCH', path, { body: { title: 'Hello again' }, headers: { 'if-match': etag } });
    expect(edited.status).toBe(200);
    expect(edited.body.title).toBe('Hello again');
    const stale = await author.call('PATCH', path, { body: { title: 'Lost update' }, headers: { 'if-match': etag } });
    expect([stale.status, stale.body.code]).toEqual([412, 'precondition_failed']);
    const other = await blog.register();
    const refused = await other.call('PATCH', path, { body: { title: 'Mine now' } });
    expect([refused.status, refused.body.code]).toEqual([403, 'forbidden']);
  });

  it('deletes the post, and the empty category goes with it while the defaults stay', async () => {
    const before = (await categories()).length;
    expect((await author.call('DELETE', `/blog/api/posts/${post.id}`)).status).toBe(204);
    const left = await eventually(categories, (all) => !all.some(({ id }) => id === post.category.id));
    expect(left.length).toBe(before - 1);
    expect(left.length).toBeGreaterThan(0);
  });

  it('sees everything fall asleep, and the next request wake it with the right answer', async () => {
    await eventually(
      () => platform.services(),
      (all) => all.every(({ instances }) => instances === 0),
      60,
    );
    const answer = await blog.call<Post[]>('GET', '/blog/api/posts');
    expect([answer.status, answer.body]).toEqual([200, []]);
    const posts = (await platform.services()).find(({ name }) => name === 'posts')!;
    expect(posts.instances).toBe(1);
    expect(posts.last_cold_start_ms).toBeGreaterThan(0);
  });
});

/** Names of the services that have a span in the trace, by the console's Tempo API. */
async function serviceNames(platform: RunningPlatform, traceId: string): Promise<string[]> {
  const answer = await fetch(`${platform.console}/api/traces/${traceId}`);
  if (!answer.ok) return [];
  const trace = (await answer.json()) as { batches: { resource: { attributes: { key: string; value: { stringValue?: string } }[] } }[] };
  return trace.batches.flatMap(({ resource }) => resource.attributes.filter(({ key }) => key === 'service.name').map(({ value }) => value.stringValue ?? ''));
}
