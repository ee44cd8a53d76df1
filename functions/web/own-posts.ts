import type { Env } from '@dormouse/runtime/app';
import { AppError } from '@dormouse/runtime/errors';
import { tagSlug } from '@dormouse/runtime/slug';
import type { Context, Hono } from 'hono';
import { asWriter } from './as-writer.ts';
import type { Web } from './dependencies.ts';
import { type OwnFilter, type OwnState, ownPostsPage } from './own-posts-page.ts';
import type { ListQuery } from './posts.ts';
import type { Session, Sessions } from './session.ts';
import { privately, viewer } from './viewer.ts';
import { english } from './words-en.ts';

const perPage = 20;

/** The list of everything that a writer may change; `/blog/drafts` is where it was when it had only drafts. */
export function ownPosts(app: Hono<Env>, { posts, categories, site }: Web, sessions: Sessions): void {
  const list = (c: Context) =>
    asWriter(c, sessions, async (session) => {
      const filter = filterOf(c, session);
      const after = c.req.query('after')?.slice(0, 512);
      const [listing, known] = await Promise.all([
        posts.list(queryOf(filter, session, after), session.token),
        // Without them one can still look at everything.
        categories.all().catch((error) => (error instanceof AppError ? [] : Promise.reject(error))),
      ]);
      const first = !after;
      const settings = await site.current();
      return privately(
        c,
        ownPostsPage({ site: settings, listing, categories: known, filter, first, viewer: viewer(c, session) }),
      );
    });
  app.get('/blog/posts', list);
  app.get('/blog/drafts', list);
}

/** Editors begin with what is theirs, and may look at what is anybody's: with an empty author, at everybody's. */
function filterOf(c: Context, { name, role }: Session): OwnFilter {
  const text = (parameter: string) => c.req.query(parameter)?.trim().slice(0, 200) ?? '';
  const state = text('state');
  return {
    state: Object.hasOwn(english.ownPosts.states, state) ? (state as OwnState) : 'draft',
    category: text('category'),
    tag: text('tag'),
    author:
      role === 'editor' || role === 'admin' ? (c.req.query('author') === undefined ? name : text('author')) : undefined,
  };
}

function queryOf({ state, category, tag, author }: OwnFilter, { name }: Session, after: string | undefined): ListQuery {
  const by = author ?? name;
  return {
    limit: perPage,
    ...(by && { author: by }),
    ...(state === 'draft' ? { status: 'draft' } : { status: 'published', kind: state === 'page' ? 'page' : 'post' }),
    ...(category && { category }),
    ...(tag && { tag: tagSlug(tag) }),
    ...(after && { after }),
  };
}
