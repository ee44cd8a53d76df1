import { setTimeout as sleep } from 'node:timers/promises';
import type { Ledger, PostState, WrittenPost } from './ledger.ts';
import type { Random } from './random.ts';

export interface AuthorOptions {
  ledger: Ledger;
  /** The ingress. */
  url: string;
  name: string;
  dice: Random;
  /** Between two writes, on average. */
  pauseMs: number;
  going: () => boolean;
}

const timeoutMs = 8_000;
const mostPosts = 20;
/** After a request without an answer: how often it is left at that, for good. */
const abandons = 0.25;

const bodyOf = ({ title, content, category, status }: PostState) => ({ title, content, category_name: category, status });

interface Reply {
  status: number;
  etag: string;
  body: { id?: number; title?: string; content?: string; status?: string; category?: { name: string } };
}

/** Creates, edits and deletes posts until told to stop, each write on top of the last one it knows of (If-Match). */
export async function author({ ledger, url, name, dice, pauseMs, going }: AuthorOptions): Promise<void> {
  const password = `correct horse battery ${name}`;
  const posts: (WrittenPost & { etag: string })[] = [];
  let token = '';
  let count = 0;
  await untilAnswered(201, () => send('POST', '/api/register', { username: name, email: `${name}@example.org`, password }), [409]);
  await login();
  while (going()) {
    await sleep(pauseMs * (0.5 + dice.next()));
    if (posts.length < 3 || (posts.length < mostPosts && dice.chance(0.3))) await create();
    else if (dice.chance(0.75)) await edit(dice.pick(posts));
    else await remove(dice.pick(posts));
  }

  async function login(): Promise<void> {
    const answer = await untilAnswered(200, () => send('POST', '/api/login', { username: name, password }));
    token = (answer?.body as { token?: string } | undefined)?.token ?? '';
  }

  async function untilAnswered(status: number, ask: () => Promise<Reply | undefined>, also: number[] = []): Promise<Reply | undefined> {
    for (;;) {
      const answer = await ask();
      if (answer && (answer.status === status || also.includes(answer.status))) return answer;
      if (!going()) return undefined;
      await sleep(answer?.status === 429 ? 5_000 : 250);
    }
  }

  /** @returns undefined when there was no answer, or one that does not say whether it was done */
  async function send(method: string, path: string, body?: unknown, headers: Record<string, string> = {}): Promise<Reply | undefined> {
    try {
      const init = {
        method,
        headers: { ...(token && { authorization: `Bearer ${token}` }), ...(body ? { 'content-type': 'application/json' } : {}), ...headers },
      };
      return await ledger.during(async () => {
        const answer = await fetch(url + path, { ...init, ...(body ? { body: JSON.stringify(body) } : {}), signal: AbortSignal.timeout(timeoutMs) });
        const text = await answer.text();
        return { status: answer.status, etag: answer.headers.get('etag') ?? '', body: text.startsWith('{') ? JSON.parse(text) : {} };
      });
    } catch {
      return undefined;
    }
  }

  /** A write. `unknown`: it may have happened, or may yet. `not done`: it did not and will not. */
  async function write(method: string, path: string, body: unknown, headers: Record<string, string>): Promise<Reply | 'unknown' | 'not done'> {
    const began = performance.now();
    const answer = await send(method, path, body, headers);
    if (!answer || answer.status >= 500) {
      ledger.ambiguous++;
      return 'unknown';
    }
    if (answer.status === 401) await login();
    if (answer.status === 429) await sleep(1_000);
    if (answer.status === 401 || answer.status === 429) return 'not done';
    if (answer.status < 300) {
      ledger.acknowledgedWrites++;
      ledger.acknowledge(began);
    }
    return answer;
  }

  function written(title: string): PostState {
    return { title, content: `Written by ${name}, ${++count}.`, category: `Topic ${dice.whole(0, 9)}`, status: dice.chance(0.8) ? 'published' : 'draft' };
  }

  async function create(): Promise<void> {
    const token = `${name}-${++count}`;
    const state = written(`Post ${token}.`);
    const post = { token, id: undefined, possible: [state, 'absent'], etag: '' } as WrittenPost & { etag: string };
    ledger.posts.push(post);
    while (going()) {
      const answer = await write('POST', '/blog/api/posts', bodyOf(state), { 'idempotency-key': token });
      if (answer === 'unknown' && dice.chance(abandons)) return abandon();
      if (answer === 'unknown' || answer === 'not done' || answer.status === 409) {
        await sleep(200);
        continue;
      }
      if (answer.status !== 201) return surprise(`POST of ${token} was answered ${answer.status}`);
      Object.assign(post, { id: answer.body.id, etag: answer.etag, possible: [state] });
      ledger.announced += state.status === 'published' ? 2 : 1;
      posts.push(post);
      return;
    }
  }

  async function edit(post: WrittenPost & { etag: string }): Promise<void> {
    const before = post.possible[0] as PostState;
    const state = { ...before, content: `Edited by ${name}, ${++count}.` };
    if (dice.chance(0.3)) state.category = `Topic ${dice.whole(0, 9)}`;
    if (dice.chance(0.2)) state.status = before.status === 'draft' ? 'published' : 'draft';
    const answer = await write('PATCH', `/blog/api/posts/${post.id}`, bodyOf(state), { 'if-match': post.etag });
    if (answer === 'not done') return;
    if (answer === 'unknown') return unsure(post, state);
    if (answer.status === 412) return reread(post);
    if (answer.status !== 200) return surprise(`PATCH of ${post.token} was answered ${answer.status}`, post);
    ledger.announced += state.status === before.status ? 1 : 2;
    Object.assign(post, { etag: answer.etag, possible: [state] });
  }

  async function remove(post: WrittenPost & { etag: string }): Promise<void> {
    const answer = await write('DELETE', `/blog/api/posts/${post.id}`, undefined, { 'if-match': post.etag });
    if (answer === 'not done') return;
    if (answer === 'unknown') return unsure(post, 'absent');
    if (answer.status === 412) return reread(post);
    if (answer.status !== 204) return surprise(`DELETE of ${post.token} was answered ${answer.status}`, post);
    ledger.announced++;
    post.possible = ['absent'];
    drop(post);
  }

  /** It is left alone from now on, or looked up. */
  async function unsure(post: WrittenPost & { etag: string }, state: PostState | 'absent'): Promise<void> {
    post.possible.push(state);
    if (dice.chance(abandons)) {
      drop(post);
      return abandon();
    }
    await reread(post);
  }

  /** What is there now must be possible. What may still come cannot once the next write has named the version it is based on. */
  async function reread(post: WrittenPost & { etag: string }): Promise<void> {
    const answer = await untilAnswered(200, () => send('GET', `/blog/api/posts/${post.id}`), [404, 401]);
    if (!answer) return drop(post);
    if (answer.status === 401) return login().then(() => reread(post));
    if (answer.status === 404) {
      drop(post);
      if (!post.possible.includes('absent')) surprise(`${post.token} is gone`, post);
      else post.possible = ['absent'];
      return;
    }
    const { title = '', content = '', status = '', category } = answer.body;
    const found = post.possible.find((each) => each !== 'absent' && each.content === content);
    if (!found)
      return surprise(`${post.token} has a content that was never possible: ${JSON.stringify({ title, content, status, category: category?.name })}`, post);
    // The one that was found first: the next write goes on from there.
    post.possible = [found, ...post.possible.filter((each) => each !== found)];
    post.etag = answer.etag;
  }

  function drop(post: WrittenPost): void {
    const index = posts.indexOf(post as (typeof posts)[number]);
    if (index >= 0) posts.splice(index, 1);
  }

  function abandon(): void {
    ledger.abandoned++;
  }

  function surprise(sentence: string, post?: WrittenPost): void {
    ledger.surprises.push(`${new Date().toISOString()} ${sentence}${post ? `; possible: ${JSON.stringify(post.possible)}` : ''}`);
    if (post) drop(post);
  }
}
