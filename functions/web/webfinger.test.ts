import { setPublicUrl } from '@dormouse/runtime/address';
import { afterEach, describe, expect, it } from 'vitest';
import { aPost, world } from './app.fixture.ts';

const host = 'blog.example';
const jrd = 'application/jrd+json';

async function asking(query: string, stored = [aPost()]) {
  const made = world();
  made.stored.push(...stored);
  const response = await made.app.request(`http://${host}/.well-known/webfinger${query}`, { headers: { host } });
  return { ...made, response, text: await response.text() };
}
const statusOf = async (query: string, stored = [aPost()]) => (await asking(query, stored)).response.status;

describe('WebFinger', () => {
  afterEach(() => setPublicUrl(undefined));

  it('tells where the page of an author is, for scripts of every site', async () => {
    const { response, text } = await asking(`?resource=acct:ADA@${host}`);
    const { headers } = response;
    expect([response.status, headers.get('content-type'), headers.get('access-control-allow-origin')]).toEqual([
      200,
      jrd,
      '*',
    ]);
    const page = `http://${host}/blog/authors/ada`;
    expect(JSON.parse(text)).toEqual({
      subject: `acct:ada@${host}`,
      aliases: [page],
      links: [
        { rel: 'http://webfinger.net/rel/profile-page', type: 'text/html', href: page },
        { rel: 'alternate', type: 'application/atom+xml', href: `${page}/feed.xml` },
        { rel: 'alternate', type: 'application/rss+xml', href: `${page}/rss.xml` },
        { rel: 'alternate', type: 'application/feed+json', href: `${page}/feed.json` },
        { rel: 'me', href: 'https://social.example/@ada?a&b' },
      ],
    });
  });

  it('takes the address of the page, and escapes', async () => {
    for (const resource of [`http://${host}/blog/authors/ada`, `acct:ada@${host.toUpperCase()}`, `acct:%61da@${host}`])
      expect(await statusOf(`?resource=${encodeURIComponent(resource)}`)).toBe(200);
  });

  it('gives the links that were asked for', async () => {
    const rel = encodeURIComponent('http://webfinger.net/rel/profile-page');
    const { links } = JSON.parse((await asking(`?resource=acct:ada@${host}&rel=${rel}&rel=none`)).text);
    expect(links).toEqual([expect.objectContaining({ type: 'text/html' })]);
  });

  it('shows the picture of the blog, where it has one', async () => {
    const made = world();
    made.stored.push(aPost());
    Object.assign(made.settings, { icon: 'ab'.repeat(32) });
    const response = await made.app.request(`http://${host}/.well-known/webfinger?resource=acct:ada@${host}`, {
      headers: { host },
    });
    expect(await response.text()).toContain(
      `{"rel":"http://webfinger.net/rel/avatar","href":"http://${host}/blog/media/pictures/${'ab'.repeat(32)}-640.jpg"}`,
    );
  });

  it('refuses what is no resource with 400, as RFC 7033 wants it', async () => {
    const others = [
      '',
      '?resource=',
      '?resource=ada',
      `?resource=ada@${host}`,
      '?resource=acct:',
      '?resource=acct:%zz@x',
    ];
    const twice = `?resource=acct:ada@${host}&resource=acct:ada@${host}`;
    for (const query of [...others, twice]) {
      const { response } = await asking(query);
      expect([query, response.status, response.headers.get('access-control-allow-origin')]).toEqual([query, 400, '*']);
    }
  });

  it('reveals nobody who has not published, and knows no other hosts', async () => {
    const { response } = await asking(`?resource=acct:nobody@${host}`);
    expect([response.status, response.headers.get('access-control-allow-origin')]).toEqual([404, '*']);
    expect(await statusOf(`?resource=acct:ada@${host}`, [])).toBe(404);
    expect(await statusOf(`?resource=acct:ada@${host}`, [aPost({ status: 'draft' })])).toBe(404);
    // The account is gone, its posts are not.
    expect(await statusOf(`?resource=acct:gone@${host}`, [aPost({ author: 'gone' })])).toBe(404);
    for (const resource of [
      'acct:ada@other.example',
      `acct:ada@${host}:1`,
      `acct:a%00b@${host}`,
      `mailto:ada@${host}`,
      'https://other.example/blog/authors/ada',
      `http://${host}/blog/authors/ada/feed.xml`,
    ])
      expect([resource, await statusOf(`?resource=${encodeURIComponent(resource)}`)]).toEqual([resource, 404]);
  });

  it('is not misled by addresses that look like its own, run programs, or never end', async () => {
    for (const resource of [
      'acct:ada@blоg.example', // a Cyrillic о
      `acct:ada@${host}.evil.example`,
      `acct:ada@evil.example#@${host}`,
      `https://${host}@evil.example/blog/authors/ada`,
      'javascript:alert(1)',
      `acct:${'a'.repeat(10_000)}@${host}`,
      `http://${host}/blog/authors/${'%61'.repeat(3000)}`,
    ])
      expect([resource, await statusOf(`?resource=${encodeURIComponent(resource)}`)]).toEqual([resource, 404]);
    const many = `?resource=acct:ada@${host}&rel=${'x'.repeat(10_000)}`;
    expect(JSON.parse((await asking(many)).text).links).toEqual([]);
  });

  it('answers for the host that is asked, where the blog does not know its own', async () => {
    const made = world();
    made.stored.push(aPost());
    const asked = async (resource: string, forged: string) => {
      const headers = { host: forged, origin: 'https://evil.example' };
      const response = await made.app.request(`/.well-known/webfinger?resource=${resource}`, { headers });
      return { response, text: await response.text() };
    };
    expect((await asked(`acct:ada@${host}`, 'evil.example')).response.status).toBe(404);
    expect((await asked(`acct:ada@${host}`, 'evil.example/?x="<>')).response.status).toBe(400);
    const own = await asked('acct:ada@evil.example', 'evil.example');
    // Nothing is kept that the next one would be answered with.
    expect([own.response.status, own.response.headers.get('cache-control'), made.kept.size]).toEqual([
      200,
      'no-cache',
      0,
    ]);
    setPublicUrl(`https://${host}`);
    expect((await asked('acct:ada@evil.example', 'evil.example')).response.status).toBe(404);
    const known = await asked(`acct:ada@${host}`, 'evil.example');
    expect([known.response.status, known.text.includes('evil')]).toEqual([200, false]);
  });
});
