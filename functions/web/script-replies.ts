import { AppError, toAppError } from '@dormouse/runtime/errors';
import { header } from '@dormouse/runtime/request';
import type { Context } from 'hono';
import { renderArticle } from './articles.ts';
import { isExpired } from './as-writer.ts';
import type { Previewed, Reply, UploadedPicture } from './client/reply.ts';
import { colorSheets } from './colors.ts';
import { formToken, isGenuine } from './csrf.ts';
import { currentPost } from './current-post.ts';
import type { Web } from './dependencies.ts';
import { chosenSlug, editPath, writingOf } from './editor-form.ts';
import type { Writing } from './editor-page.ts';
import type { FileForm } from './form.ts';
import { formProblem, saidIn } from './form-problem.ts';
import { privateHeaders } from './headers.ts';
import { allPages } from './pages.ts';
import { noFile } from './picture-field.ts';
import type { Posts, Versioned } from './posts.ts';
import { prose, writtenLanguage } from './prose.ts';
import type { Session, Sessions } from './session.ts';
import { withTagsOf } from './tag-problems.ts';
import { wordsOf } from './words.ts';
import type { Words } from './words-en.ts';

type Answer = Reply | Previewed | UploadedPicture;

interface Asked {
  form: FileForm;
  save: (text: Writing, session: Session, isAutosave?: boolean) => Promise<Versioned>;
  web: Pick<Web, 'posts' | 'pages' | 'pictures' | 'site'>;
  sessions: Sessions;
}

/** Whether the editor's script sends the form. */
export const isByScript = (c: Context): boolean => header(c, 'accept') === 'application/json';

/** What the buttons of the editor's form do, and saving without being asked for, answered as JSON. */
export async function scriptReply(c: Context, { form, save, web, sessions }: Asked): Promise<Response> {
  const words = wordsOf((await web.site.current()).language);
  try {
    const session = await sessions.of(c);
    if (!session) return answer(c, { outcome: 'logged-out' }, 401);
    // Somebody else has logged in since: what was typed is not theirs.
    if (session.name !== form.get('account')) return answer(c, { outcome: 'other-account' }, 403);
    if (!isGenuine(c, form)) return answer(c, { outcome: 'stale', csrf: formToken(c) }, 403);
    const text = writingOf(form);
    if (form.get('action') === 'preview') return answer(c, await previewed(text, web.pictures));
    if (form.get('action') === 'picture') return answer(c, await uploaded(form, session, web.pictures, words));
    if (form.get('action') !== 'autosave') {
      const saved = await save(text, session);
      await web.pages.purge(allPages);
      return answer(c, savedReply(saved));
    }
    // A form that is wrong about it must not take back what is published, or overwrite what it does not know.
    if (form.get('status') !== 'draft' || (text.id !== 0 && text.etag === ''))
      return answer(c, { outcome: 'refused', alert: words.problems.draftsOnly }, 409);
    // No page that others see changes.
    return answer(c, savedReply(await save(unasked(text), session, true)));
  } catch (error) {
    return await failed(c, error, { form, web, sessions, words });
  }
}

/** Its date, when it is going to be published, and whether front page and navigation lead there, stay as they are. */
const unasked = (text: Writing): Writing => ({
  ...text,
  status: 'draft',
  featured: undefined,
  date: undefined,
  published_at: undefined,
  in_navigation: undefined,
});

function answer(c: Context, body: Answer, status = 200): Response {
  for (const [name, value] of Object.entries(privateHeaders)) c.header(name, value);
  return c.json(body, status as 200);
}

async function previewed(text: Writing, pictures: Web['pictures']): Promise<Previewed> {
  const { html, colors } = await pictures.show((await renderArticle(text.content)).html);
  return { outcome: 'preview', html: String(prose(writtenLanguage(text), html)), sheets: colorSheets(colors) };
}

async function uploaded(form: FileForm, { token }: Session, pictures: Web['pictures'], words: Words): Promise<Answer> {
  const file = await form.file('picture');
  if (!file) return { outcome: 'refused', alert: noFile.alert(words) };
  return { outcome: 'uploaded', address: (await pictures.upload(file, token)).address };
}

const savedReply = ({ post, etag }: Versioned): Reply => ({
  outcome: 'saved',
  id: post.id,
  version: post.version,
  etag,
  action: editPath(post.slug),
  location: `/blog/posts/${encodeURIComponent(post.slug)}`,
});

async function failed(
  c: Context,
  error: unknown,
  { form, web, sessions, words }: Omit<Asked, 'save'> & { words: Words },
) {
  if (isExpired(error)) {
    sessions.forget(c);
    return answer(c, { outcome: 'logged-out' }, 401);
  }
  const { code, status, headers } = toAppError(error);
  if (code === 'precondition_failed') return answer(c, await changedReply(c, form, web.posts, sessions), status);
  if (code === 'not_found') return answer(c, { outcome: 'gone' }, status);
  if (code === 'too_many_requests' || code === 'idempotency_in_flight' || status >= 500)
    return answer(c, { outcome: 'later', seconds: Number(headers?.['retry-after']) || 0 }, status);
  const { alert, errors } = withTagsOf(saidIn(words, formProblem(error)), writingOf(form).tags ?? [], words);
  const labels = labelsIn(words);
  const fields = Object.entries(errors).map(([name, message]) => `${labels[name] ?? name}: ${message}`);
  return answer(c, { outcome: 'refused', alert: fields.length > 0 ? fields.join(' ') : alert }, status);
}

const labelsIn = ({ editor, pictures }: Words): Readonly<Record<string, string>> => ({
  title: editor.title,
  content: editor.text,
  category_name: editor.category,
  tags: editor.tags,
  cover: editor.cover,
  cover_alt: pictures.shows,
  summary: editor.summary,
  slug: editor.address,
  date: editor.date,
  picture: pictures.picture,
});

/** The version that is stored now. */
async function changedReply(c: Context, form: FileForm, posts: Posts, sessions: Sessions): Promise<Reply> {
  try {
    const session = await sessions.of(c);
    const { post, etag } = await currentPost(posts, c.req.param('slug') ?? '', session?.token ?? '');
    const { id, version, title, content, tags, category, lang, cover, cover_alt, summary, status } = post;
    // Another post may have got the address.
    if (String(id) !== form.get('id')) return { outcome: 'gone' };
    const fields = {
      title,
      content,
      category_name: category.name,
      tags: tags.join(', '),
      lang: lang ?? '',
      cover: cover ?? '',
      cover_alt,
      summary,
      slug: chosenSlug(post),
    };
    return { outcome: 'changed', id, version, etag, action: editPath(post.slug), status, fields };
  } catch (error) {
    if (error instanceof AppError && error.code === 'not_found') return { outcome: 'gone' };
    return { outcome: 'later', seconds: 1 };
  }
}
