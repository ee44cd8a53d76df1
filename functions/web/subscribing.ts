import { clientAddress } from '@dormouse/runtime/address';
import type { Env } from '@dormouse/runtime/app';
import { fail } from '@dormouse/runtime/errors';
import { bodyBytes } from '@dormouse/runtime/request';
import type { Context, Hono } from 'hono';
import { donePage } from './account-page.ts';
import { asWriter } from './as-writer.ts';
import type { Web } from './dependencies.ts';
import { formLimit, readForm } from './form.ts';
import { type FormProblem, formProblem } from './form-problem.ts';
import { privateHeaders } from './headers.ts';
import {
  confirmPage,
  type SubscribersPage,
  subscribePage,
  subscribersPage,
  unsubscribePage,
} from './newsletter-pages.ts';
import { allPages } from './pages.ts';
import type { Session, Sessions } from './session.ts';
import { privately, seeOther, viewer, viewerOf } from './viewer.ts';
import { wordsOf } from './words.ts';
import type { Words } from './words-en.ts';
import { type Act, onWritersForm } from './writers-form.ts';

const path = '/blog/newsletter';
const managed = `${path}/subscribers`;

/**
 * Subscribing and unsubscribing, for readers; whether posts are sent, and to whom, for editors and administrators. Following a link changes
 * nothing: a form does. Those of readers carry no token of this browser: what they do is the authority of the link in the mail.
 */
export function subscribing(app: Hono<Env>, { newsletter, site, pages }: Web, sessions: Sessions): void {
  const shown = async (c: Context) => ({ site: await site.current(), viewer: await viewerOf(c, sessions) });
  const done = async (c: Context, said: (words: Words['newsletter']) => readonly [title: string, text: string]) => {
    const page = await shown(c);
    return privately(c, donePage(page, ...said(wordsOf(page.site.language).newsletter)));
  };
  const again = (c: Context, problem: FormProblem, html: string) => privately(c, html, problem.status, problem.headers);

  app.get(path, async (c) => privately(c, subscribePage({ ...(await shown(c)), email: '' })));
  app.post(path, async (c) => {
    const form = await readForm(c);
    const [email, website] = [form.get('email'), form.get('website').slice(0, 2000)];
    try {
      await newsletter.subscribe({ email, ...(website && { website }) }, clientAddress(c));
    } catch (error) {
      const problem = formProblem(error);
      return again(c, problem, subscribePage({ ...(await shown(c)), email, problem }));
    }
    return done(c, ({ asked, askedText }) => [asked, askedText]);
  });

  app.get(`${path}/confirm`, async (c) => privately(c, confirmPage({ ...(await shown(c)), token: tokenIn(c) })));
  app.post(`${path}/confirm`, async (c) => {
    const token = (await readForm(c)).get('token').slice(0, 200);
    try {
      await newsletter.confirm(token, clientAddress(c));
    } catch (error) {
      const problem = formProblem(error);
      return again(c, problem, confirmPage({ ...(await shown(c)), token, problem }));
    }
    return done(c, ({ confirmed, confirmedText }) => [confirmed, confirmedText]);
  });

  app.get(`${path}/unsubscribe`, async (c) =>
    privately(c, unsubscribePage({ ...(await shown(c)), token: tokenIn(c) })),
  );
  // From a mail program, too: from any site, as either kind of form, without cookies. What it says is not needed.
  app.post(`${path}/unsubscribe`, async (c) => {
    await bodyBytes(c, formLimit);
    const token = tokenIn(c);
    try {
      await newsletter.unsubscribe(token, clientAddress(c));
    } catch (error) {
      const problem = formProblem(error);
      return again(c, problem, unsubscribePage({ ...(await shown(c)), token, problem }));
    }
    return done(c, ({ unsubscribed, unsubscribedText }) => [unsubscribed, unsubscribedText]);
  });

  const show = async (c: Context, session: Session, more: Partial<SubscribersPage> = {}) => {
    const [current, settings, posts, list] = await Promise.all([
      site.current(),
      newsletter.settings(session.token),
      newsletter.posts(session.token),
      session.role === 'admin' ? newsletter.subscribers(c.req.query('after') || undefined, session.token) : undefined,
    ]);
    const page = { site: current, viewer: viewer(c, session), settings, posts, list, ...more };
    return privately(c, subscribersPage(page), more.problem?.status, more.problem?.headers);
  };
  const asEditor = (c: Context, handle: (session: Session) => Promise<Response>) =>
    asWriter(c, sessions, (session) =>
      session.role === 'admin' || session.role === 'editor'
        ? handle(session)
        : fail('forbidden', 'Only editors and administrators see and change the newsletter.'),
    );
  const onForm = (c: Context, act: Act) =>
    onWritersForm(c, asEditor, (session, problem) => show(c, session, { problem }), act);

  app.get(managed, (c) =>
    asEditor(c, (session) => show(c, session, { notice: notices.find((name) => c.req.query(name) !== undefined) })),
  );
  app.post(`${managed}/settings`, (c) =>
    onForm(c, async (form, session) => {
      await newsletter.changeSettings(form.get('mails_posts') === 'yes', session.token);
      await site.purge();
      await pages.purge(allPages);
      return seeOther(c, `${managed}?saved`);
    }),
  );
  app.post(`${managed}/posts/:id{[0-9]+}`, (c) =>
    onForm(c, async (_, session) => {
      await newsletter.choose(Number(c.req.param('id')), false, session.token);
      return seeOther(c, `${managed}?leftOut`);
    }),
  );
  app.post(`${managed}/:id{[0-9]+}/remove`, (c) =>
    onForm(c, async (_, session) => {
      await newsletter.remove(Number(c.req.param('id')), session.token);
      return seeOther(c, `${managed}?removed`);
    }),
  );
  app.get(`${managed}/export`, (c) =>
    asEditor(c, async (session) => {
      const rows = await newsletter.exported(session.token);
      const headers = {
        ...privateHeaders,
        'content-type': 'text/csv; charset=utf-8',
        'content-disposition': 'attachment; filename="subscribers.csv"',
      };
      // By way of the context, which holds a cookie that was renewed.
      for (const [field, value] of Object.entries(headers)) c.header(field, value);
      return c.body(rows);
    }),
  );
}

const notices = ['saved', 'leftOut', 'removed'] as const;

const tokenIn = (c: Context): string => c.req.query('token')?.slice(0, 200) || 'none';
