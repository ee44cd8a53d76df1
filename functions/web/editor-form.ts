import { followsTitle } from '@dormouse/runtime/slug';
import type { Writing } from './editor-page.ts';
import type { Form } from './form.ts';
import { timeOf } from './local-time.ts';
import type { PostInput } from './posts.ts';

/** What the editor's form holds. */
export function writingOf(form: Form): Writing {
  const status =
    form.get('action') === 'draft' || form.get('action') === 'published' ? form.get('action') : form.get('status');
  return {
    title: form.get('title'),
    content: form.get('content'),
    category_name: form.get('category_name'),
    // A page of before there were tags does not have them: they stay as they are.
    tags: form.has('tags') ? tagsOf(form.get('tags')) : undefined,
    status: status === 'published' ? 'published' : 'draft',
    kind: kindOf(form),
    lang: form.has('lang') ? form.get('lang').trim().slice(0, 100) : undefined,
    cover: form.has('cover') ? coverIn(form) : undefined,
    cover_alt: form.has('cover_alt') ? form.get('cover_alt') : undefined,
    summary: form.has('summary') ? oneLine(form.get('summary')) : undefined,
    slug: form.has('slug') ? oneLine(form.get('slug')) : undefined,
    featured: form.has('featuring') ? form.get('featured') === 'yes' : undefined,
    published_at: form.has('published_at') ? form.get('published_at').slice(0, 100) : undefined,
    date: form.has('date') ? form.get('date').slice(0, 100) : undefined,
    was_date: form.get('was_date').slice(0, 100),
    in_navigation: form.has('navigation') ? form.get('in_navigation') === 'yes' : undefined,
    unmailed: form.has('newsletter') ? form.get('unmailed') === 'yes' : undefined,
    was_unmailed: form.get('newsletter') === 'left-out',
    key: form.get('key').slice(0, 100),
    id: /^\d{1,15}$/.test(form.get('id')) ? Number(form.get('id')) : 0,
    etag: form.get('etag').slice(0, 200),
    version: /^\d{1,9}$/.test(form.get('version')) ? Number(form.get('version')) : 0,
  };
}

/** What the form's field for the address holds: nothing where the title makes it. */
export const chosenSlug = (post: { slug: string; title: string }): string => (followsTitle(post) ? '' : post.slug);

/** Where a post's form goes. */
export const editPath = (slug: string): string => `/blog/posts/${encodeURIComponent(slug)}/edit`;

/** What of it is the post. A draft has no time at which it is published. @param timeZone of the field for the time */
export async function inputOf(writing: Writing, timeZone: string): Promise<PostInput> {
  const {
    title,
    content,
    category_name,
    tags,
    status,
    kind,
    lang,
    cover,
    cover_alt,
    summary,
    slug,
    featured,
    ...others
  } = writing;
  const { published_at: local, date, was_date } = others;
  const time = local && status === 'published' ? await timeOf(local, timeZone) : null;
  return {
    title,
    content,
    // As the script does: whoever names none has not thought of categories, and nobody sees a page's.
    category_name: category_name.trim() === '' ? 'General' : category_name,
    tags,
    status,
    kind,
    lang: lang === '' ? null : lang,
    cover: cover === '' ? null : cover,
    cover_alt,
    summary,
    slug: slug === '' ? null : slug,
    featured,
    published_at: local === undefined ? undefined : time,
    // The field has no seconds: what nobody has changed stays as it is.
    date: date && date !== was_date ? await timeOf(date, timeZone) : undefined,
  };
}

/** The hash of the cover; empty for none. */
const coverIn = (form: Form): string => (form.get('cover_none') === 'yes' ? '' : form.get('cover').slice(0, 100));

/** What the form is of, or what its button makes of it. An editor of before there were pages does not say it: it stays as it is. */
function kindOf(form: Form): Writing['kind'] {
  const said = form.get('action') === 'page' || form.get('action') === 'post' ? form.get('action') : form.get('kind');
  return said === 'page' || said === 'post' ? said : undefined;
}

/** As posts takes it: a field of several lines sends their ends. */
const oneLine = (text: string): string => text.replace(/\s+/gu, ' ').trim();

/** Tags between commas, of Chinese and Japanese too. */
const tagsOf = (field: string): string[] =>
  field
    .split(/[,，、]/u)
    .map((tag) => tag.trim())
    .filter((tag) => tag !== '');
