import * as v from 'valibot';
import { contract } from './contract.ts';
import { color, id, text, version } from './field.ts';

const source = '/categories';

const category = { id, version, name: text, slug: text, color };

export const categoryCreated = contract({
  type: 'dev.dormouse.category.created.v1',
  source,
  schema: v.object(category),
  emitted: 'Once for every new category, when the first post in it is committed.',
});

export const categoryUpdated = contract({
  type: 'dev.dormouse.category.updated.v1',
  source,
  schema: v.object(category),
  emitted: 'When name, slug or colour of a category changed.',
});

export const categoryDeleted = contract({
  type: 'dev.dormouse.category.deleted.v1',
  source,
  schema: v.object({
    ...category,
    merged_into: v.pipe(
      v.nullable(id),
      v.description('The category that took over its posts; null when it was removed because it was empty.'),
    ),
  }),
  emitted: 'When a category is gone: its last post left it, or it was merged into another.',
});
