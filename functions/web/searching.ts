import type { Env } from '@dormouse/runtime/app';
import { AppError } from '@dormouse/runtime/errors';
import type { Context, Hono } from 'hono';
import { claimsSession } from './csrf.ts';
import type { Web } from './dependencies.ts';
import { timeOf } from './local-time.ts';
import { deliver, pageOf } from './pages.ts';
import type { Results } from './search.ts';
import { type Asked, searchPage } from './search-page.ts';
import type { Sessions } from './session.ts';
import type { SiteSettings } from './site.ts';
import { mayBeSignedIn, privately, seeOther, viewerOf } from './viewer.ts';
import { wordsOf } from './words.ts';

/** The page of search. It is made anew each time: what people look for differs, and what was hidden must not be shown. */
export function searching(app: Hono<Env>, { search, categories, displayNames, site }: Web, sessions: Sessions): void {
  const show = async (c: Context<Env>): Promise<Response> => {
    const asked = askedIn(c);
    const after = c.req.query('after')?.slice(0, 512);
    const settings = await site.current();
    const [answer, known, viewer] = await Promise.all([
      asked.q === '' ? ({} as Found) : find(asked, after, settings),
      categories.all().catch((error) => (error instanceof AppError ? [] : Promise.reject(error))),
      mayBeSignedIn(c) ? viewerOf(c, sessions) : undefined,
    ]);
    const names = await displayNames.of(answer.results?.posts.map(({ author }) => author) ?? []);
    const html = searchPage({ site: settings, asked, ...answer, categories: known, names, first: !after, viewer });
    return viewer ? privately(c, html) : deliver(c, pageOf({ text: html }));
  };

  app.get('/search', (c) =>
    // The cookie that renews a session does not come to this address, only below /blog.
    !mayBeSignedIn(c) && claimsSession(c) ? seeOther(c, `/blog/search${new URL(c.req.url).search}`) : show(c),
  );
  app.get('/blog/search', show);

  const find = async (
    { from, until, category, tag, author, q }: Asked,
    after: string | undefined,
    settings: SiteSettings,
  ): Promise<Found> => {
    try {
      const query = {
        q,
        limit: settings.posts_per_page,
        ...(category && { category }),
        ...(tag && { tag }),
        ...(author && { author }),
        ...(from && { from: await timeOf(`${from}T00:00`, settings.time_zone) }),
        // The day itself, too.
        ...(until && { until: await timeOf(`${dayAfter(until)}T00:00`, settings.time_zone) }),
        ...(after && { after }),
      };
      return { results: await search.find(query) };
    } catch (error) {
      if (error instanceof AppError && error.code === 'invalid')
        return { problem: wordsOf(settings.language).search.invalid };
      throw error;
    }
  };
}

interface Found {
  results?: Results;
  problem?: string;
}

const date = /^[1-9]\d{3}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])$/;

function askedIn(c: Context): Asked {
  const text = (name: string) => (c.req.query(name) ?? '').trim().slice(0, 1000);
  const dayIn = (name: string) => (date.test(text(name)) && !Number.isNaN(Date.parse(text(name))) ? text(name) : '');
  return {
    q: text('q'),
    category: text('category'),
    tag: text('tag'),
    author: text('author'),
    from: dayIn('from'),
    until: dayIn('until'),
  };
}

const dayAfter = (day: string): string => new Date(Date.parse(day) + 86_400_000).toISOString().slice(0, 10);
