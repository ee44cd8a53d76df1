import * as v from 'valibot';
import type { Article } from '../article.ts';
import { htmlMarkdown } from '../html-markdown.ts';
import { withoutControls } from '../source-text.ts';
import { timestamp } from '../timestamp.ts';
import type { Exported } from './exported.ts';

/** Stands in an export for the blog's own address. */
export const ghostAddress = 'http://ghost-url.invalid';

const id = v.pipe(v.union([v.string(), v.number()]), v.transform(String));
const maybe = v.nullish(v.string());
const list = <S extends v.GenericSchema>(row: S) => v.optional(v.array(row), []);

const post = v.looseObject({
  id,
  title: maybe,
  slug: maybe,
  html: maybe,
  plaintext: maybe,
  markdown: maybe,
  feature_image: maybe,
  image: maybe,
  type: maybe,
  page: v.nullish(v.union([v.boolean(), v.number()])),
  status: maybe,
  visibility: maybe,
  language: maybe,
  locale: maybe,
  author_id: v.nullish(id),
  published_at: v.nullish(v.union([v.string(), v.number()])),
  created_at: v.nullish(v.union([v.string(), v.number()])),
  custom_excerpt: maybe,
});
type Post = v.InferOutput<typeof post>;

const data = v.looseObject({
  posts: v.array(post),
  users: list(v.looseObject({ id, name: maybe, slug: maybe, website: maybe })),
  tags: list(v.looseObject({ id, name: maybe, visibility: maybe })),
  posts_tags: list(v.looseObject({ post_id: id, tag_id: id, sort_order: v.nullish(v.number()) })),
  posts_authors: list(v.looseObject({ post_id: id, author_id: id, sort_order: v.nullish(v.number()) })),
  posts_meta: list(
    v.looseObject({ post_id: id, feature_image_alt: maybe, email_only: v.nullish(v.union([v.boolean(), v.number()])) }),
  ),
});
type Data = v.InferOutput<typeof data>;

const file = v.union([
  v.pipe(
    v.looseObject({ db: v.tupleWithRest([v.looseObject({ data })], v.unknown()) }),
    v.transform(({ db: [first] }) => first.data),
  ),
  v.pipe(
    v.looseObject({ data }),
    v.transform((whole) => whole.data),
  ),
]);

/** Whether JSON is an export of Ghost, and what it holds. */
export function ghostData(text: string): Data | undefined {
  if (!/"posts"/.test(text)) return undefined;
  try {
    const read = v.safeParse(file, JSON.parse(text));
    return read.success ? read.output : undefined;
  } catch {
    return undefined;
  }
}

/** Reads an export of Ghost (`db[0].data`, or `data` alone). Tags that are for the writer's eyes only are left out. */
export function readGhost(path: string, all: Data, { now }: { now: Date }): Exported {
  const empty = all.posts.filter((one) => textOf(one) === '');
  return {
    articles: all.posts.filter((one) => textOf(one) !== '').map((one) => articleOf(path, one, all, now)),
    asides: [],
    skipped: empty.map((one) => ({ file: `${path}#${one.id}`, reason: `it has no text: ${one.title ?? ''}` })),
    addresses: [ghostAddress],
  };
}

function articleOf(path: string, one: Post, all: Data, now: Date): Article {
  const said = dateOf(one.published_at) ?? dateOf(one.created_at);
  const cover = one.feature_image ?? one.image;
  const meta = all.posts_meta.find(({ post_id }) => post_id === one.id);
  const page = one.type === 'page' || Boolean(one.page);
  const tags = tagsOf(one, all);
  const hidden = hiddenBy(one, Boolean(meta?.email_only), now);
  return {
    path: `${path}#${one.id}`,
    title:
      withoutControls(one.title ?? '')
        .replace(/\s+/g, ' ')
        .trim() || 'Untitled',
    authors: authorsOf(one, all),
    date: said ?? now.toISOString(),
    ...(said ? {} : { dateGuessedFrom: 'file time' as const }),
    body: textOf(one),
    converted: true,
    ...(cover ? { cover: { url: own(cover), alt: meta?.feature_image_alt ?? '' } } : {}),
    category: tags[0] ?? 'Blog',
    slug: one.slug ?? one.id,
    language: one.locale ?? undefined,
    kind: page ? 'page' : 'post',
    hidden,
    alsoAt: one.slug ? [`/${one.slug}/`] : [],
    extra: {
      tags,
      categories: [],
      addresses: one.slug && hidden.length === 0 ? [`/${one.slug}/`] : [],
      summary: one.custom_excerpt ?? undefined,
    },
    notes: [],
  };
}

/** Only what is published for everybody is public; a paywall hides the whole. */
function hiddenBy({ status, visibility, published_at, html }: Post, emailOnly: boolean, now: Date): string[] {
  const date = dateOf(published_at);
  return [
    ...(status === 'published' ? [] : [`status: ${status ?? 'none'}`]),
    ...(visibility === 'public' || visibility === undefined || visibility === null
      ? []
      : [`visibility: ${visibility}`]),
    ...(/[<]!--\s*kg-gated-block:begin[^>]*nonMember:\s*false/.test(html ?? '') ? ['a part of it is for members'] : []),
    ...(emailOnly ? ['it was sent by e-mail only'] : []),
    ...(date !== undefined && Date.parse(date) > now.getTime() ? [`dated ${date.slice(0, 10)}, in the future`] : []),
  ];
}

const own = (text: string): string => withoutControls(text).replaceAll('__GHOST_URL__', ghostAddress);

/** As Markdown: the rendered text, of old exports the Markdown it was made of. */
function textOf({ html, markdown, plaintext }: Post): string {
  if (html?.trim()) return htmlMarkdown(own(html));
  return own(markdown?.trim() || plaintext?.trim() || '');
}

function dateOf(value: string | number | null | undefined): string | undefined {
  return typeof value === 'number' ? new Date(value).toISOString() : timestamp(value);
}

function ordered<T extends { readonly sort_order?: number | null | undefined }>(rows: readonly T[]): T[] {
  return [...rows].sort((one, other) => (one.sort_order ?? 0) - (other.sort_order ?? 0));
}

function authorsOf(one: Post, all: Data) {
  const rows = ordered(all.posts_authors.filter(({ post_id }) => post_id === one.id)).map(({ author_id }) => author_id);
  const ids = rows.length > 0 ? rows : [one.author_id];
  return ids.flatMap((author) => {
    const user = all.users.find(({ id }) => id === author);
    return user?.name
      ? [{ name: user.name.slice(0, 100).trim(), ...(user.website ? { profile: user.website } : {}) }]
      : [];
  });
}

function tagsOf(one: Post, all: Data): string[] {
  return ordered(all.posts_tags.filter(({ post_id }) => post_id === one.id)).flatMap(({ tag_id }) => {
    const tag = all.tags.find(({ id }) => id === tag_id);
    return tag?.name && tag.visibility !== 'internal' && !tag.name.startsWith('#') ? [tag.name] : [];
  });
}
