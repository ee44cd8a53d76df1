import { createHash, randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { localImportToken } from '@dormouse/cli/local-tokens';
import { type Author, blogAt, type Post } from '../blog.ts';

/** Something that was acknowledged. */
export interface Acknowledged {
  at: number;
  /** Asks the blog at `url` for it. */
  look(url: string): Promise<'there' | 'missing' | 'changed'>;
  /** Of a post's events. */
  subject?: string;
}

export interface Writers {
  account: Pick<Author, 'name' | 'password'>;
  /** Ends the load, and says what was acknowledged. */
  stop(): Promise<Acknowledged[]>;
}

const pauseMs = 20;
const png = Buffer.from('89504e470d0a1a0a', 'hex');

/** Authors who write posts, and one who stores pictures, until they are told to stop or nobody answers. */
export async function startWriters(
  site: { url: string; home: string; root: string },
  authors: number,
): Promise<Writers> {
  const blog = blogAt(site.url);
  const people: Author[] = [];
  for (let n = 0; n < authors; n++) people.push(await blog.register());
  const token = await localImportToken({ env: { DORMOUSE_HOME: site.home }, root: site.root });
  const acknowledged: Acknowledged[] = [];
  let going = true;
  const again = async (write: () => Promise<Acknowledged>) => {
    while (going) {
      const done = await write().catch(() => undefined);
      if (done) acknowledged.push(done);
      await sleep(pauseMs);
    }
  };
  const running = [...people.map((author) => again(() => post(author))), again(() => picture(site.url, token))];
  return {
    account: people[0]!,
    async stop() {
      going = false;
      await Promise.all(running);
      return acknowledged;
    },
  };
}

async function post(author: Author): Promise<Acknowledged> {
  const content = `Words ${randomBytes(8).toString('hex')} 안녕\n`;
  const title = `Post of ${author.name}`;
  const { id } = await author.write({ title, content, status: 'published' });
  return {
    at: Date.now(),
    subject: `post/${id}`,
    async look(url) {
      const { status, body } = await blogAt(url).call<Post>('GET', `/blog/api/posts/${id}`);
      if (status === 404) return 'missing';
      if (status !== 200) throw new Error(`post ${id}: ${status} ${JSON.stringify(body)}`);
      return body.title === title && body.content.trim() === content.trim() ? 'there' : 'changed';
    },
  };
}

async function picture(url: string, token: string): Promise<Acknowledged> {
  const bytes = Buffer.concat([png, randomBytes(20_000)]);
  const path = `/blog/media/${createHash('sha256').update(bytes).digest('hex')}`;
  const { status } = await fetch(url + path, {
    method: 'PUT',
    body: new Uint8Array(bytes),
    headers: { authorization: `Bearer ${token}` },
  });
  if (status !== 201) throw new Error(`picture: ${status}`);
  return {
    at: Date.now(),
    async look(at) {
      const response = await fetch(at + path);
      if (response.status === 404) return 'missing';
      return Buffer.from(await response.arrayBuffer()).equals(bytes) ? 'there' : 'changed';
    },
  };
}
