import { contract } from '@dormouse/events/contract';
import { text } from '@dormouse/events/field';
import * as v from 'valibot';

export const authorDebuted = contract({
  type: 'dev.dormouse.author.debuted.v1',
  source: '/authors',
  schema: v.object({ name: text }),
  emitted: 'Once for every author, when the first of their posts is published.',
});
