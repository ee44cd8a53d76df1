import { pathological } from '@dormouse/web/pathological.fixture';
import { ask, askJson } from '../ask.ts';
import { type Attack, atRate } from '../attack.ts';

/** Of an access token, with room. */
const tokenMs = 10 * 60_000;

/** An author publishes texts that renderers choke on, and looks at each. */
export const longTexts: Attack = {
  name: 'texts that take long',
  async run(context, tally) {
    const { site, random } = context;
    const { port, rival } = site;
    const from = '127.0.8.1';
    let token = '';
    let until = 0;
    let post: { id: number; slug: string } | undefined;
    await atRate(0.5, context, tally, async () => {
      if (Date.now() > until) {
        const body = { username: rival.name, password: rival.password };
        token = (JSON.parse((await askJson({ port, path: '/api/login', body, from })).text) as { token: string }).token;
        until = Date.now() + tokenMs;
      }
      const [source, name, content] = random.pick(pathological);
      const headers = { authorization: `Bearer ${token}` };
      const body = { title: 'A long text', content, category_name: 'Long texts', status: 'published' };
      const written = post
        ? await askJson({ port, method: 'PATCH', path: `/blog/api/posts/${post.id}`, headers, body, from })
        : await askJson({ port, path: '/blog/api/posts', headers, body, from });
      tally.count(`${written.status} written`);
      if (written.status < 300) post ??= JSON.parse(written.text) as { id: number; slug: string };
      if (!post) return;
      const page = await ask({ port, path: `/blog/posts/${post.slug}`, from });
      tally.count(`${page.status} shown`);
      for (const { status } of [written, page])
        if (status >= 500 && status !== 503) tally.breach(`${source}, ${name}: ${status}`);
    });
  },
};
