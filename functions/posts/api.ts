import { color, id, segment, text, timestamp, version } from '@dormouse/events/field';
import { content, empty, route } from '@dormouse/runtime/api';
import * as v from 'valibot';
import {
  addressesQuery,
  changedPost,
  changeQuery,
  countsQuery,
  deletedQuery,
  idempotencyKey,
  importedPost,
  kind,
  listQuery,
  monthsQuery,
  newPost,
  oldAddresses,
  ownQuery,
  previewKey,
  status,
  type written,
} from './fields.ts';

const path = '/blog/api/posts';

const summaryFields = {
  id,
  title: text,
  slug: text,
  author: v.pipe(text, v.description('User name of the owner; `deleted account` where its account is gone.')),
  created_at: timestamp,
  excerpt: v.pipe(v.string(), v.description('Its summary; without one, the begin of the content as plain text.')),
  category: v.strictObject({ id, name: text, slug: text, color }),
  tags: v.pipe(v.array(v.string()), v.readonly(), v.description('As its author wrote them.')),
  byline: v.pipe(v.array(v.string()), v.readonly(), v.description('Names as printed, of an imported post.')),
  status,
  published_at: v.pipe(
    v.nullable(timestamp),
    v.description(
      'Since when everybody sees it; of a draft, when it is going to be published. Null: a draft without a time.',
    ),
  ),
  updated_at: timestamp,
  kind: v.pipe(kind, v.description('Lists, feeds, tags and counts leave pages out.')),
  lang: v.pipe(
    v.nullable(text),
    v.description('Language (BCP 47) that was given for it. Null: pages guess it from the script.'),
  ),
  cover: v.pipe(
    v.nullable(text),
    v.description(
      'Hash of the picture that stands for it; media serves it as `/blog/media/pictures/{hash}-1280.jpg`. Null: none.',
    ),
  ),
  cover_alt: v.pipe(v.string(), v.description('What the cover shows.')),
  featured: v.pipe(v.boolean(), v.description('Whether the front page begins with it.')),
};

/** What is accepted is answered: a field that is missing in `post` is a type error. */
type ResponseFields = {
  [K in keyof typeof written as K extends 'category_name'
    ? 'category'
    : K extends 'date'
      ? 'created_at'
      : K]: v.GenericSchema;
};

const summary = v.pipe(
  v.string(),
  v.description('As its author wrote it; empty: none, lists show the begin of the text.'),
);
const item = v.pipe(v.strictObject(summaryFields), v.title('PostSummary'));
const post = v.pipe(
  v.strictObject({
    ...summaryFields,
    version,
    content: v.pipe(v.string(), v.description('Markdown.')),
    summary,
  } satisfies ResponseFields & Record<string, v.GenericSchema>),
  v.title('Post'),
);
const count = v.pipe(v.number(), v.safeInteger(), v.minValue(0));
const { category: _category, ...otherFields } = summaryFields;
const deletedFields = {
  ...otherFields,
  version,
  slug: v.pipe(text, v.description('As it was; restored, the post gets the next free one if it is taken.')),
  category_name: text,
  deleted_at: timestamp,
  deleted_by: v.pipe(text, v.description('User name of who deleted it.')),
  restorable_until: v.pipe(timestamp, v.description('Then it is forgotten.')),
};
const deletedPost = v.pipe(v.strictObject(deletedFields), v.title('DeletedPostSummary'));
const wholeDeletedPost = v.pipe(
  v.strictObject({ ...deletedFields, content: v.pipe(v.string(), v.description('Markdown.')), summary }),
  v.title('DeletedPost'),
);
const tag = v.pipe(
  v.strictObject({
    name: v.pipe(text, v.description('As most posts spell it.')),
    slug: text,
    post_count: v.pipe(v.number(), v.safeInteger(), v.minValue(1), v.description('Published posts.')),
  }),
  v.title('Tag'),
);
const month = v.pipe(
  v.strictObject({
    month: v.pipe(v.string(), v.regex(/^\d{4}-(?:0[1-9]|1[0-2])$/)),
    post_count: v.pipe(v.number(), v.safeInteger(), v.minValue(1), v.description('Published posts.')),
  }),
  v.title('Month'),
);
const neighbour = v.nullable(
  v.pipe(v.strictObject({ id, title: text, slug: text, lang: summaryFields.lang }), v.title('Neighbour')),
);
const keptAddresses = v.pipe(
  v.strictObject({
    kept: v.pipe(v.number(), v.safeInteger(), v.minValue(0), v.description('Addresses that lead to their posts now.')),
    refused: v.pipe(
      v.array(
        v.strictObject({
          path: text,
          post_id: id,
          leads_to: v.pipe(
            v.nullable(id),
            v.description('The post that has this address; null when there is no such post.'),
          ),
        }),
      ),
      v.description('Those that do not: the first post that has an address keeps it.'),
    ),
  }),
  v.title('KeptAddresses'),
);
const revisionFields = {
  version,
  title: text,
  status,
  editor: v.pipe(text, v.description('User name of who made this version.')),
  created_at: timestamp,
  autosaved: v.pipe(v.boolean(), v.description('It was saved without being asked for.')),
};
const revision = v.pipe(v.strictObject(revisionFields), v.title('RevisionSummary'));
const fullRevision = v.pipe(v.strictObject({ ...revisionFields, content: v.string() }), v.title('Revision'));

const preview = v.pipe(v.strictObject({ key: v.nullable(previewKey) }), v.title('Preview'));
const aKey = 'Zm9yIHdob20gaXQgaXMgbWVh';

const aSummary: v.InferInput<typeof item> = {
  id: 7,
  title: 'Wake on request',
  slug: 'wake-on-request',
  author: 'ada',
  created_at: '2026-11-28T12:00:00.000Z',
  excerpt: 'A function sleeps until somebody asks it something.',
  category: { id: 1, name: 'General', slug: 'general', color: '#2f6f4f' },
  tags: ['Scaling'],
  byline: [],
  status: 'published',
  published_at: '2026-11-28T12:00:00.000Z',
  updated_at: '2026-11-28T12:00:00.000Z',
  kind: 'post',
  lang: null,
  cover: null,
  cover_alt: '',
  featured: false,
};
const aPost = {
  ...aSummary,
  version: 1,
  content: 'A function sleeps until somebody asks it something.',
  summary: '',
};
const { category: _aCategory, ...aSummaryOfAny } = aSummary;
const aDeletedPost: v.InferInput<typeof deletedPost> = {
  ...aSummaryOfAny,
  version: 3,
  category_name: 'General',
  deleted_at: '2026-11-29T12:00:00.000Z',
  deleted_by: 'ada',
  restorable_until: '2026-12-29T12:00:00.000Z',
};
const aRevision: v.InferInput<typeof revision> = {
  version: 1,
  title: 'Wake on request',
  status: 'published',
  editor: 'ada',
  created_at: '2026-11-28T12:00:00.000Z',
  autosaved: false,
};

const etag = { etag: 'Strong entity tag; changes with every version of the post.' };
const conditional = { 'if-none-match': v.optional(v.pipe(v.string(), v.description('304 when it names the ETag.'))) };
const guarded = { 'if-match': v.optional(v.pipe(v.string(), v.description('412 unless it names the ETag.'))) };
const writers = ['author', 'editor', 'admin'] as const;

export const about = 'Writing and reading posts.';

/** What posts answers to clients. */
export const api = {
  list: route(`GET ${path}`, {
    summary: 'List posts, newest first',
    description:
      'Drafts (`status=draft`, `status=all`) are listed for their author; editors see those of everybody. Pages are listed with `kind=page`.',
    optionalToken: true,
    personal: 'posts:read',
    query: listQuery,
    headers: conditional,
    errors: ['unauthorized', 'forbidden'],
    responses: () => ({
      200: content('A page of the list.', v.pipe(v.array(item), v.readonly()), {
        example: [aSummary],
        headers: {
          etag: 'Strong entity tag of the page.',
          link: '`rel="next"` leads to older posts, `rel="prev"` to newer ones (RFC 8288).',
        },
      }),
      304: empty('The client has this page.'),
    }),
  }),
  create: route(`POST ${path}`, {
    summary: 'Write a post',
    description:
      'The same Idempotency-Key and body make one post within 24 hours, however often they are sent. With a `published_at` to come it is a draft until then. A page (`kind`) keeps its category and tags, should it become a post.',
    roles: writers,
    personal: 'posts:write',
    headers: { 'idempotency-key': v.optional(idempotencyKey) },
    body: newPost,
    scoped: { scope: 'import', body: importedPost },
    examples: { minimal: { title: 'Wake on request', content: 'It *sleeps*.', category_name: 'General' } },
    errors: ['idempotency_in_flight', 'idempotency_mismatch', 'too_many_requests'],
    responses: () => ({
      201: content('The new post.', post, {
        example: aPost,
        headers: {
          ...etag,
          location: 'Path of the post.',
          'idempotent-replayed': '`true` when this is the stored response of an earlier request.',
        },
      }),
      200: content('With scope import: a post of the same source was there, and nothing was changed.', post, {
        example: aPost,
        headers: { ...etag, location: 'Path of the post.' },
      }),
    }),
  }),
  bySlug: route(`GET ${path}/by-slug/:slug`, {
    summary: 'Read a post by its slug',
    optionalToken: true,
    personal: 'posts:read',
    params: { slug: v.pipe(segment, v.metadata({ examples: ['wake-on-request'] })) },
    headers: conditional,
    errors: ['unauthorized', 'not_found'],
    responses: () => ({
      200: content('The post.', post, { example: aPost, headers: etag }),
      301: empty('The post has another slug now.', { location: 'Path of the post by its present slug.' }),
      304: empty('The client has this version.'),
    }),
  }),
  tags: route(`GET ${path}/tags`, {
    summary: 'List the tags of published posts, those of most posts first',
    description: 'At most 1,000. `?tag=` of the list takes a slug, or the tag in any spelling.',
    optionalToken: true,
    personal: 'posts:read',
    headers: conditional,
    errors: ['unauthorized'],
    responses: () => ({
      200: content('The tags.', v.array(tag), {
        example: [{ name: 'Scaling', slug: 'scaling', post_count: 3 }],
        headers: { etag: 'Strong entity tag of the list.' },
      }),
      304: empty('The client has this list.'),
    }),
  }),
  months: route(`GET ${path}/months`, {
    summary: 'List the months of published posts, newest first',
    description: 'The list of posts takes `from` and `until` to read those of a month.',
    optionalToken: true,
    personal: 'posts:read',
    query: monthsQuery,
    headers: conditional,
    errors: ['unauthorized'],
    responses: () => ({
      200: content('The months.', v.array(month), {
        example: [{ month: '2026-11', post_count: 3 }],
        headers: { etag: 'Strong entity tag of the list.' },
      }),
      304: empty('The client has this list.'),
    }),
  }),
  keepAddresses: route(`POST ${path}/addresses`, {
    summary: 'Keep addresses that posts had elsewhere',
    description:
      'Needs a token with scope `import`. Whoever asks for such a path of this site, where it has no page, is led to the post with 301.',
    roles: 'any',
    body: oldAddresses,
    examples: { one: { addresses: [{ path: '/2019/03/wake.html', post_id: 7 }] } },
    errors: ['forbidden'],
    responses: () => ({
      200: content('What became of them. The same request again changes nothing.', keptAddresses, {
        example: { kept: 1, refused: [] },
      }),
    }),
  }),
  addresses: route(`GET ${path}/addresses`, {
    summary: 'List addresses that posts had elsewhere',
    description: 'For editors: drafts have some, too. By path, 500 at a time; the page after the last one is empty.',
    roles: ['editor', 'admin'],
    personal: 'posts:read',
    query: addressesQuery,
    errors: ['forbidden'],
    responses: () => ({
      200: content('Some of them.', v.array(v.strictObject({ path: text, post_id: id })), {
        example: [{ path: '/2019/03/wake.html', post_id: 7 }],
      }),
    }),
  }),
  counts: route(`GET ${path}/counts`, {
    summary: 'Count posts by state',
    description: 'One’s own, drafts too; editors count those of everybody, or of an author.',
    roles: 'any',
    personal: 'posts:read',
    query: countsQuery,
    errors: ['forbidden'],
    responses: () => ({
      200: content(
        'How many there are.',
        v.pipe(
          v.strictObject({
            all: count,
            drafts: v.pipe(count, v.description('Without a time of publication.')),
            scheduled: count,
            published: v.pipe(count, v.description('Without pages.')),
            pages: v.pipe(count, v.description('Drafts, too.')),
          }),
          v.title('PostCounts'),
        ),
        { example: { all: 7, drafts: 2, scheduled: 1, published: 3, pages: 1 } },
      ),
    }),
  }),
  own: route(`GET ${path}/mine`, {
    summary: 'Read one’s own posts, whole',
    description: 'Drafts too, page by page (20 posts, or 2 MB) in the order of their ids: to take them along.',
    roles: 'any',
    personal: 'posts:read',
    query: ownQuery,
    responses: () => ({
      200: content('The posts.', v.array(post), {
        example: [aPost],
        headers: { link: 'Path of the next page (`rel="next"`), unless this one is empty.' },
      }),
    }),
  }),
  ownDeleted: route(`GET ${path}/mine/deleted`, {
    summary: 'Read one’s own deleted posts, whole',
    description:
      'Those that can be restored, page by page (20 posts, or 2 MB) in the order of their ids: to take them along.',
    roles: 'any',
    personal: 'posts:read',
    query: ownQuery,
    responses: () => ({
      200: content('The posts.', v.array(wholeDeletedPost), {
        example: [{ ...aDeletedPost, content: 'A function sleeps until somebody asks it something.', summary: '' }],
        headers: { link: 'Path of the next page (`rel="next"`), unless this one is empty.' },
      }),
    }),
  }),
  deleted: route(`GET ${path}/deleted`, {
    summary: 'List deleted posts, the last deleted first',
    description: 'Those that can be restored: one’s own; editors see those of everybody.',
    roles: writers,
    personal: 'posts:read',
    query: deletedQuery,
    responses: () => ({
      200: content('A page of the list.', v.pipe(v.array(deletedPost), v.readonly()), {
        example: [aDeletedPost],
        headers: { link: '`rel="next"` leads to those that were deleted before (RFC 8288).' },
      }),
    }),
  }),
  restore: route(`POST ${path}/:id/restore`, {
    summary: 'Restore a deleted post',
    description:
      'For its author and editors, for 30 days. It is as it was, published or a draft, with its versions, slugs and old addresses, those excepted that another post has by now; a category that is gone is made again, and a time of publication that has passed is dropped.',
    roles: writers,
    personal: 'posts:write',
    params: { id },
    errors: ['not_found', 'too_many_requests'],
    responses: () => ({
      200: content('The post.', post, { example: { ...aPost, version: 5 }, headers: etag }),
    }),
  }),
  forget: route(`DELETE ${path}/deleted/:id`, {
    summary: 'Forget a deleted post',
    description: 'For its author and editors: it cannot be restored any more.',
    roles: writers,
    personal: 'posts:write',
    params: { id },
    errors: ['not_found', 'too_many_requests'],
    responses: () => ({ 204: empty('The post is forgotten.') }),
  }),
  previewed: route(`GET ${path}/previews/:key`, {
    summary: 'Read a post by the key of its preview',
    description: 'A draft too, for whoever has the key, until its author ends it.',
    optionalToken: true,
    personal: 'posts:read',
    params: { key: previewKey },
    errors: ['unauthorized', 'not_found'],
    responses: () => ({ 200: content('The post.', post, { example: aPost, headers: etag }) }),
  }),
  get: route(`GET ${path}/:id`, {
    summary: 'Read a post',
    optionalToken: true,
    personal: 'posts:read',
    params: { id },
    headers: conditional,
    errors: ['unauthorized', 'not_found'],
    responses: () => ({
      200: content('The post.', post, { example: aPost, headers: etag }),
      304: empty('The client has this version.'),
    }),
  }),
  neighbours: route(`GET ${path}/:id/neighbours`, {
    summary: 'Read which published posts stand beside a post in the list of all',
    optionalToken: true,
    personal: 'posts:read',
    params: { id },
    headers: conditional,
    errors: ['unauthorized', 'not_found'],
    responses: () => ({
      200: content('Both; null at an end of the list.', v.strictObject({ newer: neighbour, older: neighbour }), {
        example: { newer: null, older: { id: 6, title: 'Before', slug: 'before', lang: null } },
        headers: { etag: 'Strong entity tag.' },
      }),
      304: empty('The client has this.'),
    }),
  }),
  change: route(`PATCH ${path}/:id`, {
    summary: 'Change a post',
    description: 'For its author and editors. Fields that are left out stay as they are.',
    roles: writers,
    personal: 'posts:write',
    params: { id },
    headers: guarded,
    query: changeQuery,
    body: changedPost,
    examples: { title: { title: 'Wake on the first request' } },
    errors: ['not_found', 'precondition_failed', 'too_many_requests'],
    responses: () => ({
      200: content('The post after the change.', post, { example: { ...aPost, version: 2 }, headers: etag }),
    }),
  }),
  remove: route(`DELETE ${path}/:id`, {
    summary: 'Delete a post',
    description: 'For its author and editors, who can restore it for 30 days.',
    roles: writers,
    personal: 'posts:write',
    params: { id },
    headers: guarded,
    errors: ['not_found', 'precondition_failed', 'too_many_requests'],
    responses: () => ({ 204: empty('The post is gone.') }),
  }),
  preview: route(`GET ${path}/:id/preview`, {
    summary: 'Read the key of a post’s preview',
    description: 'For its author and editors.',
    roles: 'any',
    personal: 'posts:read',
    params: { id },
    errors: ['forbidden', 'not_found'],
    responses: () => ({
      200: content('The key; null while there is no preview.', preview, { example: { key: aKey } }),
    }),
  }),
  makePreview: route(`PUT ${path}/:id/preview`, {
    summary: 'Let those who have a key read a post, a draft too',
    description: 'For its author and editors. Asked again, the key stays as it is.',
    roles: writers,
    personal: 'posts:write',
    params: { id },
    errors: ['forbidden', 'not_found', 'too_many_requests'],
    responses: () => ({ 200: content('The key.', preview, { example: { key: aKey } }) }),
  }),
  endPreview: route(`DELETE ${path}/:id/preview`, {
    summary: 'End the preview of a post',
    description: 'For its author and editors. The next one has another key.',
    roles: writers,
    personal: 'posts:write',
    params: { id },
    errors: ['forbidden', 'not_found', 'too_many_requests'],
    responses: () => ({ 204: empty('Its key opens nothing.') }),
  }),
  revisions: route(`GET ${path}/:id/revisions`, {
    summary: 'List the versions of a post, newest first',
    description: 'For its author and editors.',
    roles: 'any',
    personal: 'posts:read',
    params: { id },
    errors: ['forbidden', 'not_found'],
    responses: () => ({ 200: content('All versions.', v.array(revision), { example: [aRevision] }) }),
  }),
  revision: route(`GET ${path}/:id/revisions/:version`, {
    summary: 'Read a version of a post',
    description: 'For its author and editors.',
    roles: 'any',
    personal: 'posts:read',
    params: { id, version: v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(2 ** 31 - 1)) },
    errors: ['forbidden', 'not_found'],
    responses: () => ({
      200: content('The version.', fullRevision, { example: { ...aRevision, content: 'It *sleeps*.' } }),
    }),
  }),
};
