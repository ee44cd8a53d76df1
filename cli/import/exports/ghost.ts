import * as v from 'valibot';
import type { Article } from '../article.ts';
import { htmlMarkdown } from '../html-markdown.ts';
import { saidLanguage } from '../said-language.ts';
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
  featured: v.nullish(v.union([v.boolean(), v.number()])),
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

/** What belongs to a post, by its id. */
interface Related {
  readonly tags: ReadonlyMap<string, string[]>;
  readonly authors: ReadonlyMap<string, string[]>;
  readonly meta: ReadonlyMap<string, Data['posts_meta'][number]>;
  readonly tagOf: ReadonlyMap<string, Data['tags'][number]>;
  readonly userOf: ReadonlyMap<string, Data['users'][number]>;
}

function relatedOf({ tags, users, posts_tags, posts_authors, posts_meta }: Data): Related {
  const byPost = <T extends { readonly post_id: string; readonly sort_order?: number | null | undefined }>(
    rows: readonly T[],
    id: (row: T) => string,
  ) => new Map([...Map.groupBy(rows, ({ post_id }) => post_id)].map(([post, own]) => [post, ordered(own).map(id)]));
  return {
    tags: byPost(posts_tags, ({ tag_id }) => tag_id),
    authors: byPost(posts_authors, ({ author_id }) => author_id),
    meta: new Map(posts_meta.map((one) => [one.post_id, one])),
    tagOf: new Map(tags.map((one) => [one.id, one])),
    userOf: new Map(users.map((one) => [one.id, one])),
  };
}

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
  const related = relatedOf(all);
  const texts = all.posts.map((post) => ({ post, body: textOf(post) }));
  const empty = texts.filter(({ body }) => body === '');
  return {
    articles: texts
      .filter(({ body }) => body !== '')
      .map(({ post, body }) => articleOf(path, post, { body, related, now })),
    asides: [],
    skipped: empty.map(({ post: { id, title } }) => ({
      file: `${path}#${id}`,
      reason: `it has no text: ${title ?? ''}`,
    })),
    addresses: [ghostAddress],
  };
}

function articleOf(
  path: string,
  one: Post,
  { body, related, now }: { body: string; related: Related; now: Date },
): Article {
  const said = dateOf(one.published_at) ?? dateOf(one.created_at);
  const cover = one.feature_image ?? one.image;
  const meta = related.meta.get(one.id);
  const page = one.type === 'page' || Boolean(one.page);
  const tags = tagsOf(one, related);
  const hidden = hiddenBy(one, Boolean(meta?.email_only), now);
  return {
    path: `${path}#${one.id}`,
    title:
      withoutControls(one.title ?? '')
        .replace(/\s+/g, ' ')
        .trim() || 'Untitled',
    authors: authorsOf(one, related),
    date: said ?? now.toISOString(),
    ...(said ? {} : { dateGuessedFrom: 'file time' as const }),
    body,
    converted: true,
    ...(cover ? { cover: { url: own(cover), alt: meta?.feature_image_alt ?? '' } } : {}),
    category: tags[0] ?? 'Blog',
    slug: one.slug ?? one.id,
    language: one.locale ?? undefined,
    lang: saidLanguage(one.locale),
    kind: page ? 'page' : 'post',
    featured: Boolean(one.featured),
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

function authorsOf({ id, author_id }: Post, { authors, userOf }: Related) {
  return (authors.get(id) ?? [author_id ?? '']).flatMap((author) => {
    const user = userOf.get(author);
    return user?.name
      ? [{ name: user.name.slice(0, 100).trim(), ...(user.website ? { profile: user.website } : {}) }]
      : [];
  });
}

function tagsOf({ id }: Post, { tags, tagOf }: Related): string[] {
  return (tags.get(id) ?? []).flatMap((tagId) => {
    const tag = tagOf.get(tagId);
    return tag?.name && tag.visibility !== 'internal' && !tag.name.startsWith('#') ? [tag.name] : [];
  });
}
