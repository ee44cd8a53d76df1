import type { Env } from '@dormouse/runtime/app';
import { AppError } from '@dormouse/runtime/errors';
import { tagSlug } from '@dormouse/runtime/slug';
import type { Context, Hono } from 'hono';
import { asWriter } from './as-writer.ts';
import type { Web } from './dependencies.ts';
import { isEditor } from './may-change.ts';
import { type OwnFilter, type OwnState, ownPostsPage } from './own-posts-page.ts';
import type { CountsQuery, ListQuery } from './posts.ts';
import type { Session, Sessions } from './session.ts';
import { privately, viewer } from './viewer.ts';
import { english } from './words-en.ts';

const perPage = 20;

/** The list of everything that a writer may change; `/blog/drafts` begins with the drafts. */
export function ownPosts(app: Hono<Env>, { posts, categories, site, displayNames }: Web, sessions: Sessions): void {
  const list = (first: OwnState) => (c: Context) =>
    asWriter(c, sessions, async (session) => {
      const filter = filterOf(c, session, first);
      const after = c.req.query('after')?.slice(0, 512);
      const [listing, counts, known] = await Promise.all([
        posts.list(queryOf(filter, session, after), session.token),
        posts.counts(subjectOf(filter, session), session.token),
        // Without them one can still look at everything.
        categories.all().catch((error) => (error instanceof AppError ? [] : Promise.reject(error))),
      ]);
      const [settings, names] = await Promise.all([
        site.current(),
        displayNames.of(listing.posts.map(({ author }) => author)),
      ]);
      return privately(
        c,
        ownPostsPage({
          site: settings,
          listing,
          counts,
          categories: known,
          names,
          filter,
          first: !after,
          viewer: viewer(c, session),
        }),
      );
    });
  app.get('/blog/posts', list('all'));
  app.get('/blog/drafts', list('draft'));
}

/** Editors begin with what is theirs, and may look at what is anybody's: with an empty author, at everybody's. */
function filterOf(c: Context, session: Session, first: OwnState): OwnFilter {
  const text = (parameter: string) => c.req.query(parameter)?.trim().slice(0, 200) ?? '';
  const state = text('state');
  return {
    state: Object.hasOwn(english.ownPosts.states, state) ? (state as OwnState) : first,
    category: text('category'),
    tag: text('tag'),
    author: isEditor(session) ? (c.req.query('author') === undefined ? session.name : text('author')) : undefined,
  };
}

function queryOf(filter: OwnFilter, session: Session, after: string | undefined): ListQuery {
  return { limit: perPage, ...subjectOf(filter, session), ...ofState[filter.state], ...(after && { after }) };
}

const ofState: Record<OwnState, Pick<ListQuery, 'status' | 'scheduled' | 'kind'>> = {
  all: { status: 'all' },
  draft: { status: 'draft', scheduled: 'false' },
  scheduled: { status: 'draft', scheduled: 'true' },
  published: { status: 'published', kind: 'post' },
  page: { status: 'all', kind: 'page' },
};

function subjectOf({ category, tag, author }: OwnFilter, { name }: Session): CountsQuery {
  const by = author ?? name;
  return { ...(by && { author: by }), ...(category && { category }), ...(tag && { tag: tagSlug(tag) }) };
}
