import { logIn } from './access-checks.ts';
import { type Check, demand, NotChecked } from './check.ts';
import { answered, jsonOf, type Site } from './site.ts';

const patienceMs = 60_000;
const pauseMs = 500;

interface Made {
  id: number;
  slug: string;
  category: { slug: string };
}

/** Asks again until `holds`. @returns how long it took, in ms. @throws Error with `message` */
async function soon({ pause }: Site, holds: () => Promise<boolean>, message: string): Promise<number> {
  const began = performance.now();
  for (let waited = 0; !(await holds()); waited += pauseMs) {
    demand(waited < patienceMs, `${message} within ${patienceMs / 1000} s`);
    await pause(pauseMs);
  }
  return Math.round(performance.now() - began);
}

/** A post in a category of its own, so that both can be told from everything else. */
async function make(site: Site, authorization: string, mark: string): Promise<Made> {
  const response = await site.ask('/blog/api/posts', {
    method: 'POST',
    headers: { authorization, 'idempotency-key': mark },
    json: {
      title: `Deployment check ${mark}`,
      content: 'This post was made by "dormouse verify-deployment", which deletes it within a minute.',
      category_name: `Deployment check ${mark}`,
      status: 'published',
    },
  });
  return jsonOf<Made>('a new post', response, 201);
}

async function isCounted({ ask }: Site, slug: string): Promise<boolean> {
  const response = await ask(`/blog/api/categories/${encodeURIComponent(slug)}`);
  return response.status === 200 && (JSON.parse(response.text) as { post_count: number }).post_count === 1;
}

/** Write → event → count → page, and the same backwards. The post is deleted in any case. */
export const writingCheck: Check = {
  name: 'write-event-count',
  async ask(site) {
    if (!site.token && !site.account) throw new NotChecked('no --write');
    const authorization = `Bearer ${site.token ?? (await logIn(site))}`;
    const post = await make(site, authorization, Date.now().toString(36));
    const path = `/blog/api/posts/${post.id}`;
    let isDeleted = false;
    const remove = async () => {
      answered('the deletion', await site.ask(path, { method: 'DELETE', headers: { authorization } }), 204);
      isDeleted = true;
    };
    try {
      answered('the new post', await site.ask(path), 200);
      const counted = await soon(site, () => isCounted(site, post.category.slug), 'the new post is not counted');
      const page = `/blog/posts/${encodeURIComponent(post.slug)}`;
      await soon(site, async () => (await site.ask(page)).status === 200, 'the new post has no page');
      const isListed = async () => (await site.ask('/blog/')).text.includes(page);
      await soon(site, isListed, 'the front page does not list the new post');
      await remove();
      await soon(site, async () => !(await isListed()), 'the front page lists the deleted post');
      const category = `/blog/api/categories/${encodeURIComponent(post.category.slug)}`;
      await soon(site, async () => (await site.ask(category)).status === 404, 'the category of the deleted post stays');
      return `counted after ${counted} ms, deleted`;
    } finally {
      if (!isDeleted) await remove().catch(() => {});
    }
  },
};
