import { color, id, segment, text } from '@dormouse/events/field';
import { content, empty, route } from '@dormouse/runtime/api';
import * as v from 'valibot';
import { mergeInto, newName, verification } from './fields.ts';

const path = '/blog/api/categories';

const category = v.pipe(
  v.strictObject({
    id,
    name: text,
    slug: text,
    color,
    post_count: v.pipe(v.number(), v.safeInteger(), v.minValue(0), v.description('Published posts in it.')),
  }),
  v.title('Category'),
);

const count = v.pipe(v.number(), v.safeInteger(), v.minValue(0));
const verified = v.pipe(
  v.strictObject({
    missed: v.pipe(count, v.description('Posts that count otherwise than they should, by old news.')),
    gone: v.pipe(count, v.description('Posts that count and are not there. Their news may be under way.')),
    ahead: v.pipe(count, v.description('Posts that are known at a version which they never had.')),
    sums: v.pipe(count, v.description('Categories whose number is not that of the posts that count.')),
    /** The first of them. */
    examples: v.array(
      v.strictObject({ problem: v.picklist(['missed', 'gone', 'ahead', 'sum']), post: v.nullable(id), category: id }),
    ),
  }),
  v.title('Verification'),
);

const aCategory = { id: 1, name: 'General', slug: 'general', color: '#2f6f4f', post_count: 12 };
const etag = { etag: 'Strong entity tag.' };
const conditional = { 'if-none-match': v.optional(v.pipe(v.string(), v.description('304 when it names the ETag.'))) };
const operators = ['operator', 'admin'] as const;
const editors = ['editor', 'admin'] as const;

export const about = 'Categories, which are made by writing posts in them.';

/** What categories answers to clients. */
export const api = {
  list: route(`GET ${path}`, {
    summary: 'List the categories by name',
    headers: conditional,
    responses: () => ({
      200: content('All categories.', v.pipe(v.array(category), v.readonly()), { example: [aCategory], headers: etag }),
      304: empty('The client has this list.'),
    }),
  }),
  get: route(`GET ${path}/:category`, {
    summary: 'Read a category by its slug',
    params: { category: v.pipe(segment, v.metadata({ examples: ['general'] })) },
    headers: conditional,
    errors: ['not_found'],
    responses: () => ({
      200: content('The category.', category, { example: aCategory, headers: etag }),
      301: empty('The category has another slug now.', { location: 'Path of the category.' }),
      304: empty('The client has this version.'),
    }),
  }),
  verify: route(`POST ${path}/-/verification`, {
    summary: 'Compare the counts with the posts that they are of',
    description:
      'With `repair`, what differs is made right first, while others write; what is answered is what is left.',
    roles: operators,
    body: verification,
    examples: { repair: { repair: true } },
    errors: ['too_many_requests'],
    responses: () => ({
      200: content('What differs.', verified, { example: { missed: 0, gone: 0, ahead: 0, sums: 0, examples: [] } }),
    }),
  }),
  rename: route(`PATCH ${path}/:category`, {
    summary: 'Rename a category',
    roles: editors,
    personal: 'categories:write',
    params: { category: id },
    body: newName,
    examples: { name: { name: 'News' } },
    errors: ['not_found', 'conflict', 'too_many_requests'],
    responses: () => ({ 200: content('The category after the change.', category, { example: aCategory }) }),
  }),
  merge: route(`POST ${path}/:category/merge`, {
    summary: 'Merge a category into another',
    description: 'Its posts and former slugs lead to the other one afterwards. Default categories stay.',
    roles: editors,
    personal: 'categories:write',
    params: { category: id },
    body: mergeInto,
    examples: { into: { into: 1 } },
    errors: ['not_found', 'conflict', 'too_many_requests'],
    responses: () => ({ 200: content('The category that took over.', category, { example: aCategory }) }),
  }),
};
