import type { Env } from '@dormouse/runtime/app';
import { originOf } from '@dormouse/runtime/origin';
import type { Context, Hono } from 'hono';
import { asWriter } from './as-writer.ts';
import { editablePost } from './current-post.ts';
import type { Web } from './dependencies.ts';
import type { FormProblem } from './form-problem.ts';
import { previewPage } from './preview-page.ts';
import type { Session, Sessions } from './session.ts';
import { privately, seeOther, viewer } from './viewer.ts';
import { onWritersForm } from './writers-form.ts';

/** The link by which others read a draft: making it, and ending it. */
export function previewing(app: Hono<Env>, { posts, site }: Web, sessions: Sessions): void {
  const show = async (c: Context, session: Session, problem?: FormProblem) => {
    const { post } = await editablePost(posts, c.req.param('slug') ?? '', session);
    const [settings, key] = await Promise.all([site.current(), posts.preview(post.id, session.token)]);
    const link = key === null ? undefined : `${originOf(c)}/blog/previews/${key}`;
    const html = previewPage({ site: settings, post, link, viewer: viewer(c, session), problem });
    return privately(c, html, problem?.status, problem?.headers);
  };

  app.get('/blog/posts/:slug/preview', (c) => asWriter(c, sessions, (session) => show(c, session)));
  app.post('/blog/posts/:slug/preview', (c) =>
    onWritersForm(
      c,
      (context, handle) => asWriter(context, sessions, handle),
      (session, problem) => show(c, session, problem),
      async (form, session) => {
        const { post } = await editablePost(posts, c.req.param('slug'), session);
        if (form.get('action') === 'end') await posts.endPreview(post.id, session.token);
        else await posts.makePreview(post.id, session.token);
        return seeOther(c, `/blog/posts/${encodeURIComponent(post.slug)}/preview`);
      },
    ),
  );
}
