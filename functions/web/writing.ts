import { randomUUID } from 'node:crypto';
import type { Env } from '@dormouse/runtime/app';
import { AppError } from '@dormouse/runtime/errors';
import type { Hono } from 'hono';
import { asWriter } from './as-writer.ts';
import { editablePost } from './current-post.ts';
import type { Web } from './dependencies.ts';
import { Editor } from './editor.ts';
import { chosenSlug, editPath, inputOf } from './editor-form.ts';
import type { Writing } from './editor-page.ts';
import { localTime } from './local-time.ts';
import { isEditor } from './may-change.ts';
import { keepInNavigation } from './page-navigation.ts';
import type { Sessions } from './session.ts';

/** Writing and editing. A form that cannot be done comes back with every word that was typed. */
export function writing(app: Hono<Env>, web: Web, sessions: Sessions): void {
  const { newsletter, posts, site, newKey = randomUUID } = web;
  const editor = new Editor(web, sessions);
  const timeZone = async () => (await site.current()).time_zone;

  /** A new draft may be left out of the newsletter; whether an old one is, is asked. Undefined where no posts are sent. */
  const isUnmailed = async ({ id, status }: { id: number; status: string }, token: string) => {
    if (!(await site.current()).newsletter || status !== 'draft') return undefined;
    if (id === 0) return false;
    const known = await newsletter
      .post(id, token)
      .catch((error) => (error instanceof AppError ? null : Promise.reject(error)));
    return known?.state === 'left_out';
  };
  /** Refuses the form when newsletter does not answer: a post that is to be left out would be sent. */
  const leaveOut = async (id: number, { unmailed, was_unmailed }: Writing, token: string) => {
    if (unmailed !== undefined && unmailed !== was_unmailed) await newsletter.choose(id, !unmailed, token);
  };

  app.get('/blog/new', (c) =>
    asWriter(c, sessions, async (session) =>
      editor.show(
        c,
        {
          writing: {
            ...blank,
            kind: c.req.query('kind') === 'page' ? 'page' : 'post',
            featured: isEditor(session) ? false : undefined,
            unmailed: await isUnmailed(blank, session.token),
            key: newKey(),
          },
          action: '/blog/new',
          isFresh: true,
        },
        session,
      ),
    ),
  );
  app.post('/blog/new', (c) =>
    editor.submit(c, '/blog/new', async (text, session) => {
      const saved = await posts.create(await inputOf(text, await timeZone()), text.key || newKey(), session.token);
      // It is not sent for five minutes; the same form again makes no second post.
      await leaveOut(saved.post.id, text, session.token);
      await keepInNavigation(web, saved.post, { writing: text, action: '/blog/new', session });
      return saved;
    }),
  );

  app.get('/blog/posts/:slug/edit', (c) =>
    asWriter(c, sessions, async (session) => {
      const { post, etag } = await editablePost(posts, c.req.param('slug'), session);
      const { id, title, content, tags, status, kind, lang, cover, cover_alt, summary } = post;
      const unmailed = await isUnmailed(post, session.token);
      const published_at = status === 'draft' ? localTime(post.published_at, await timeZone()) : undefined;
      const date = localTime(post.created_at, await timeZone());
      return editor.show(
        c,
        {
          writing: {
            id,
            title,
            content,
            tags: [...tags],
            status,
            kind,
            lang: lang ?? '',
            cover: cover ?? '',
            cover_alt,
            summary,
            slug: chosenSlug(post),
            featured: isEditor(session) ? post.featured : undefined,
            published_at,
            date,
            was_date: date,
            in_navigation: undefined,
            unmailed,
            was_unmailed: unmailed === true,
            category_name: post.category.name,
            etag,
            key: '',
            version: post.version,
          },
          action: editPath(post.slug),
          isFresh: true,
        },
        session,
      );
    }),
  );
  app.post('/blog/posts/:slug/edit', (c) => {
    const action = editPath(c.req.param('slug'));
    return editor.submit(c, action, async (text, session, isAutosave) => {
      const input = await inputOf(text, await timeZone());
      if (!isAutosave) await leaveOut(text.id, text, session.token);
      const saved = await posts.update(text.id, input, text.etag, session.token, isAutosave);
      await keepInNavigation(web, saved.post, { writing: text, action, session });
      return saved;
    });
  });
}

const blank: Writing = {
  title: '',
  content: '',
  category_name: '',
  tags: [],
  status: 'draft',
  kind: 'post',
  lang: '',
  cover: '',
  cover_alt: '',
  summary: '',
  slug: '',
  featured: undefined,
  published_at: '',
  date: '',
  was_date: '',
  in_navigation: undefined,
  unmailed: undefined,
  was_unmailed: false,
  key: '',
  id: 0,
  etag: '',
  version: 0,
};
