import { beforeAll, describe, expect, it } from 'vitest';
import { aComment, accessToken, anInvitation, aPost, aWebhook, browser, startMs, world } from './app.fixture.ts';
import { elementsOf } from './every-page.fixture.ts';

/** Who walks: not logged in, or with an account of this role. */
const walkers = ['nobody', 'reader', 'author', 'editor', 'admin', 'operator'] as const;
type Walker = (typeof walkers)[number];

/** Pages that no page links to, and why. */
const comeOtherwise: Record<string, string> = {
  '/blog/': 'the same page as /',
  '/blog/drafts': 'the list of posts has a filter',
  '/blog/search': 'the same page as /search',
  '/claim': 'the command line names it',
  '/setup': 'only of a blog that is not set up',
  '/blog/join': 'the link of an invitation',
  '/blog/logout': 'asks only for text that is not saved',
  '/blog/newsletter': 'a form that came back; the field stands below each post',
  '/blog/newsletter/confirm': 'the link of a mail',
  '/blog/newsletter/unsubscribe': 'the link of a mail',
  '/blog/comment-mails/off': 'the link of a mail',
  '/blog/verify-email': 'the link of a mail',
  '/blog/login-link/open': 'the link of a mail',
  '/blog/password-reset/new': 'the link of a mail',
};

/** What people with an account are told of: programs are theirs. */
const ofAccounts = ['/docs/api'];
/** Pages of other people: they show nothing to these. */
const notFor: Partial<Record<Walker, readonly string[]>> = {
  operator: ['/blog/posts', '/blog/deleted', '/blog/comments'],
  reader: ['/blog/posts', '/blog/deleted'],
};
/** Who is logged in needs no way in. */
const waysIn = ['/blog/login', '/blog/login-link', '/blog/password-reset', '/blog/signup'];

const { app, stored, settings, said, hooks, open, gone } = world();
Object.assign(settings, { newsletter: true, registration: 'authors', comments: 'open' });
stored.push(
  ...Array.from({ length: 25 }, () => aPost()),
  aPost({ slug: 'mine', tags: ['Sleep'] }),
  aPost({ slug: 'not-yet', status: 'draft' }),
  aPost({ slug: 'about', kind: 'page' }),
);
gone.push(aPost());
said.push(aComment());
hooks.push(aWebhook());
open.push(anInvitation());

const as = (walker: Walker) => {
  const who = browser(app);
  if (walker !== 'nobody') who.cookies.set('dormouse_access', accessToken('ada', startMs / 1000 + 900, walker));
  return who;
};

/** Links that lead to what is not there for this walker. */
const refused = new Map<Walker, string[]>();

/** Paths of pages that are found by links and by forms that only ask, from the first page on. */
async function walk(walker: Walker): Promise<Set<string>> {
  const who = as(walker);
  const found = new Set<string>();
  refused.set(walker, []);
  const left = ['/'];
  for (let address = left.pop(); address !== undefined; address = left.pop()) {
    const { pathname } = new URL(address, 'http://blog.test');
    if (found.has(pathname)) continue;
    const response = await who.get(address);
    if (response.status >= 400) refused.get(walker)?.push(`${response.status} ${address}`);
    const location = response.headers.get('location');
    if (location) left.push(location);
    if (response.status !== 200 || !response.headers.get('content-type')?.startsWith('text/html')) continue;
    found.add(pathname);
    for (const { name, attributes } of elementsOf(await response.text())) {
      const href =
        name === 'a'
          ? attributes.href
          : name === 'form' && attributes.method !== 'post'
            ? attributes.action
            : undefined;
      if (href?.startsWith('/') && !href.startsWith('//')) left.push(href);
    }
  }
  return found;
}

const walked = new Map<Walker, Set<string>>();
beforeAll(async () => {
  for (const walker of walkers) walked.set(walker, await walk(walker));
});

/** Every page that has an address without a parameter, and every one that somebody found. */
const addresses = () => {
  const fixed = app.routes.filter(({ method, path }) => method === 'GET' && !/[:*]/.test(path)).map(({ path }) => path);
  return new Set([...fixed, ...[...walked.values()].flatMap((each) => [...each])]);
};

describe.each(walkers)('for %s', (walker) => {
  it('a link leads to every page that may be opened', async () => {
    const who = as(walker);
    const unlinked: string[] = [];
    const others = [
      ...Object.keys(comeOtherwise),
      ...(notFor[walker] ?? []),
      ...(walker === 'nobody' ? ofAccounts : waysIn),
    ];
    for (const path of addresses()) {
      if (walked.get(walker)?.has(path) || others.includes(path)) continue;
      const response = await who.get(path);
      if (response.status === 200 && response.headers.get('content-type')?.startsWith('text/html')) unlinked.push(path);
    }
    expect(unlinked).toEqual([]);
  });

  it('no link leads to a page that is refused', () => {
    expect(refused.get(walker)).toEqual([]);
  });
});

it('editors find the newsletter, operators webhooks, administrators both', () => {
  const has = (walker: Walker) =>
    ['/blog/newsletter/subscribers', '/blog/webhooks'].map((path) => walked.get(walker)?.has(path));
  expect(walkers.map((walker) => [walker, ...has(walker)])).toEqual([
    ['nobody', false, false],
    ['reader', false, false],
    ['author', false, false],
    ['editor', true, false],
    ['admin', true, true],
    ['operator', false, true],
  ]);
});
