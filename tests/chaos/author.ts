import { setTimeout as sleep } from 'node:timers/promises';
import { type Client, clientOf, type Reply } from './client.ts';
import type { Ledger, PostState, WrittenPost } from './ledger.ts';
import type { Random } from './random.ts';

export interface AuthorOptions {
  ledger: Ledger;
  /** The ingress. */
  url: string;
  name: string;
  random: Random;
  /** Between two writes, on average. */
  pauseMs: number;
  going: () => boolean;
}

type OwnPost = WrittenPost & { etag: string };

const maxPosts = 20;
/** After a request without an answer: how often it is left at that, for good. */
const abandonProbability = 0.25;
const bodyOf = ({ title, content, category, status }: PostState) => ({
  title,
  content,
  category_name: category,
  status,
});

/** Creates, edits and deletes posts until told to stop, each write on top of the last one it knows of (If-Match). */
export async function author(options: AuthorOptions): Promise<void> {
  const { random, pauseMs, going } = options;
  const client = clientOf(options);
  await client.begin();
  const posts = new AuthorPosts(options, client);
  while (going()) {
    await sleep(pauseMs * (0.5 + random.next()));
    await posts.write();
  }
}

/** An author's posts, and what may have become of each. */
class AuthorPosts {
  readonly #options: AuthorOptions;
  readonly #client: Client;
  #posts: OwnPost[] = [];
  #count = 0;

  constructor(options: AuthorOptions, client: Client) {
    this.#options = options;
    this.#client = client;
  }

  async write(): Promise<void> {
    const { random } = this.#options;
    if (this.#posts.length < 3 || (this.#posts.length < maxPosts && random.chance(0.3))) await this.#create();
    else if (random.chance(0.75)) await this.#edit(random.pick(this.#posts));
    else await this.#remove(random.pick(this.#posts));
  }

  async #create(): Promise<void> {
    const { ledger, name, random, going } = this.#options;
    const token = `${name}-${++this.#count}`;
    const state: PostState = {
      title: `Post ${token}.`,
      content: `Written by ${name}, ${++this.#count}.`,
      category: this.#category(),
      status: random.chance(0.8) ? 'published' : 'draft',
    };
    const post: OwnPost = { token, id: undefined, possible: [state, 'absent'], etag: '' };
    ledger.posts.push(post);
    for (; going(); await sleep(200)) {
      const response = await this.#client.write('POST', '/blog/api/posts', bodyOf(state), { 'idempotency-key': token });
      if (response === 'unknown' && random.chance(abandonProbability)) return void ledger.abandoned++;
      if (response === 'unknown' || response === 'not done' || response.status === 409) continue;
      if (response.status !== 201) return this.#surprise(`POST of ${token} was answered ${response.status}`);
      Object.assign(post, { id: response.body.id, etag: response.etag, possible: [state] });
      ledger.announced += state.status === 'published' ? 2 : 1;
      this.#posts.push(post);
      return;
    }
  }

  async #edit(post: OwnPost): Promise<void> {
    const { ledger, name, random } = this.#options;
    const before = post.possible[0] as PostState;
    const state = { ...before, content: `Edited by ${name}, ${++this.#count}.` };
    if (random.chance(0.3)) state.category = this.#category();
    if (random.chance(0.2)) state.status = before.status === 'draft' ? 'published' : 'draft';
    const response = await this.#client.write('PATCH', `/blog/api/posts/${post.id}`, bodyOf(state), {
      'if-match': post.etag,
    });
    if (await this.#settled(post, response, state)) return;
    const { status, etag } = response as Reply;
    if (status !== 200) return this.#surprise(`PATCH of ${post.token} was answered ${status}`, post);
    ledger.announced += state.status === before.status ? 1 : 2;
    Object.assign(post, { etag, possible: [state] });
  }

  async #remove(post: OwnPost): Promise<void> {
    const response = await this.#client.write('DELETE', `/blog/api/posts/${post.id}`, undefined, {
      'if-match': post.etag,
    });
    if (await this.#settled(post, response, 'absent')) return;
    const { status } = response as Reply;
    if (status !== 204) return this.#surprise(`DELETE of ${post.token} was answered ${status}`, post);
    this.#options.ledger.announced++;
    post.possible = ['absent'];
    this.#drop(post);
  }

  /** False when the answer says what became of the write. Without one it is left alone from now on, or looked up. */
  async #settled(
    post: OwnPost,
    response: Reply | 'unknown' | 'not done',
    wanted: PostState | 'absent',
  ): Promise<boolean> {
    if (response === 'not done') return true;
    if (response !== 'unknown' && response.status === 404 && post.possible.includes('absent')) {
      // A deletion without an answer came after the post had been read again.
      post.possible = ['absent'];
      this.#drop(post);
      return true;
    }
    if (response !== 'unknown' && response.status !== 412) return false;
    if (response === 'unknown') {
      post.possible.push(wanted);
      if (this.#options.random.chance(abandonProbability)) {
        this.#drop(post);
        this.#options.ledger.abandoned++;
        return true;
      }
    }
    await this.#reread(post);
    return true;
  }

  /** What is there now must be possible. What may still come cannot once the next write has named the version it is based on. */
  async #reread(post: OwnPost): Promise<void> {
    const response = await this.#client.ask('GET', `/blog/api/posts/${post.id}`, [200, 404]);
    if (!response) return this.#drop(post);
    if (response.status === 404) {
      if (!post.possible.includes('absent')) return this.#surprise(`${post.token} is gone`, post);
      post.possible = ['absent'];
      return this.#drop(post);
    }
    const found = post.possible.find((each) => each !== 'absent' && each.content === response.body.content);
    if (!found)
      return this.#surprise(
        `${post.token} has a content that was never possible: ${JSON.stringify(response.body)}`,
        post,
      );
    // First the one that was found: the next write goes on from there.
    post.possible = [found, ...post.possible.filter((each) => each !== found)];
    post.etag = response.etag;
  }

  #category(): string {
    return `Topic ${this.#options.random.whole(0, 9)}`;
  }

  #drop(post: OwnPost): void {
    this.#posts = this.#posts.filter((each) => each !== post);
  }

  #surprise(sentence: string, post?: OwnPost): void {
    this.#options.ledger.surprises.push(
      `${new Date().toISOString()} ${sentence}${post ? `; possible: ${JSON.stringify(post.possible)}` : ''}`,
    );
    if (post) this.#drop(post);
  }
}
