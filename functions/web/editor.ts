import { randomUUID } from 'node:crypto';
import type { Context } from 'hono';
import { renderArticle } from './articles.ts';
import { isExpired } from './as-writer.ts';
import { isGenuine } from './csrf.ts';
import { currentPost } from './current-post.ts';
import type { Web } from './dependencies.ts';
import { writingOf } from './editor-form.ts';
import { type EditorPage, editorPage, type Writing } from './editor-page.ts';
import { type Form, readFileForm } from './form.ts';
import { expired, formProblem, stale } from './form-problem.ts';
import { editorPolicy } from './headers.ts';
import { notSaved } from './not-saved.ts';
import { allPages } from './pages.ts';
import { noCover, noFile, withPicture } from './picture-field.ts';
import type { Versioned } from './posts.ts';
import { isByScript, scriptReply } from './script-replies.ts';
import type { Session, Sessions } from './session.ts';
import { privately, seeOther, viewer } from './viewer.ts';

type Page = Omit<EditorPage, 'site' | 'categories' | 'viewer'>;
type Save = (text: Writing, session: Session, isAutosave?: boolean) => Promise<Versioned>;
type Dependencies = Pick<Web, 'posts' | 'categories' | 'pages' | 'pictures' | 'site' | 'newKey'>;

/** The editor's page, and what its form asks for. */
export class Editor {
  readonly #web: Dependencies;
  readonly #sessions: Sessions;
  readonly #newKey: () => string;

  constructor(web: Dependencies, sessions: Sessions) {
    this.#web = web;
    this.#sessions = sessions;
    this.#newKey = web.newKey ?? randomUUID;
  }

  async show(c: Context, page: Page, session: Session | undefined): Promise<Response> {
    const { problem } = page;
    const [site, categories] = await Promise.all([
      this.#web.site.current(),
      this.#web.categories.all().catch(() => []),
    ]);
    const html = editorPage({ ...page, site, categories, viewer: viewer(c, session) });
    return privately(c, html, problem?.status, { ...problem?.headers, 'content-security-policy': editorPolicy });
  }

  /** Does what the form asks for: a preview, or saving by `save`. */
  async submit(c: Context, action: string, save: Save): Promise<Response> {
    const form = await readFileForm(c);
    if (isByScript(c)) return scriptReply(c, { form, save, web: this.#web, sessions: this.#sessions });
    let text = writingOf(form);
    let session: Session | undefined;
    try {
      if (!isGenuine(c, form)) return await this.show(c, { writing: text, action, problem: stale }, undefined);
      session = await this.#sessionOf(c, form);
      if (!session) return await this.show(c, { action, ...askToLogIn(form, text) }, undefined);
      const file = await form.file('picture');
      if (file) text = await this.#withPicture(file, form, text, session);
      // Whatever button was pressed: a chosen file is not forgotten.
      const cover = await form.file('cover_file');
      if (cover) text = { ...text, cover: (await this.#web.pictures.upload(cover, session.token)).hash };
      if (form.get('action') === 'preview')
        return await this.show(
          c,
          { writing: text, action, preview: await this.#web.pictures.show((await renderArticle(text.content)).html) },
          session,
        );
      if (form.get('action') === 'page' || form.get('action') === 'post')
        return await this.show(c, { writing: text, action }, session);
      if (form.get('action') === 'picture')
        return await this.show(c, { action, writing: text, problem: file ? undefined : noFile }, session);
      if (form.get('action') === 'cover')
        return await this.show(
          c,
          { action, writing: text, problem: cover || form.get('cover_none') === 'yes' ? undefined : noCover },
          session,
        );
      const { post } = await save(text, session);
      await this.#web.pages.purge(allPages);
      return seeOther(c, `/blog/posts/${encodeURIComponent(post.slug)}`);
    } catch (error) {
      return this.show(c, { action, ...(await this.#failed(c, error, form, text, session)) }, session);
    }
  }

  /** The text with the picture that was chosen at its end. */
  async #withPicture(file: Buffer, form: Form, writing: Writing, { token }: Session): Promise<Writing> {
    const { address } = await this.#web.pictures.upload(file, token);
    return { ...writing, content: withPicture(writing.content, form.get('picture_alt'), address) };
  }

  /** Whoever logs in by the form, else whoever is logged in. */
  #sessionOf(c: Context, form: Form): Promise<Session | undefined> {
    return form.get('password')
      ? this.#sessions.logIn(c, form.get('username'), form.get('password'), form.get('code') || undefined)
      : this.#sessions.of(c);
  }

  async #failed(c: Context, error: unknown, form: Form, text: Writing, session: Session | undefined) {
    if (isExpired(error)) {
      if (session) this.#sessions.forget(c);
      return askToLogIn(form, text, form.get('password') ? formProblem(error) : expired, session);
    }
    if (!session && form.get('password')) return askToLogIn(form, text, formProblem(error));
    const { posts } = this.#web;
    return notSaved(error, text, {
      newKey: this.#newKey,
      earlier: async () =>
        session && text.version > 0
          ? posts.revision(text.id, text.version, session.token).catch(() => undefined)
          : undefined,
      stored: async () =>
        session && currentPost(posts, c.req.param('slug') ?? '', session.token).catch(() => undefined),
    });
  }
}

/** The text with fields for user name, password and, where it is needed, the code of a second factor, as the session has ended. */
const askToLogIn = (form: Form, writing: Writing, problem = expired, session?: Session) => ({
  writing,
  problem,
  logIn: {
    username: form.get('username') || (session?.name ?? ''),
    // Too many attempts are refused without saying that a code is needed.
    needsCode: problem.errors.code !== undefined || form.get('code') !== '',
  },
});
