import * as v from 'valibot';
import { contract } from './contract.ts';
import { id, text, version } from './field.ts';

export const blogUpdated = contract({
  type: 'dev.dormouse.blog.updated.v1',
  source: '/auth',
  schema: v.object({
    version,
    title: text,
    language: v.pipe(text, v.description('Language tag of the blog (BCP 47).')),
    changed: v.pipe(v.array(text), v.description('Names of the settings that have other values now.')),
    changed_by: v.pipe(id, v.description('Account of the administrator.')),
  }),
  emitted: 'When an administrator changed settings of the blog; the first time when it was set up.',
});
