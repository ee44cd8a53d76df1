import type { Writing } from './editor-page.ts';
import type { Form } from './form.ts';
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
    key: form.get('key').slice(0, 100),
    id: /^\d{1,15}$/.test(form.get('id')) ? Number(form.get('id')) : 0,
    etag: form.get('etag').slice(0, 200),
  };
}

/** What of it is the post. */
export const inputOf = ({ title, content, category_name, tags, status }: Writing): PostInput => ({
  title,
  content,
  category_name,
  tags,
  status,
});

/** Tags between commas, of Chinese and Japanese too. */
const tagsOf = (field: string): string[] =>
  field
    .split(/[,，、]/u)
    .map((tag) => tag.trim())
    .filter((tag) => tag !== '');
