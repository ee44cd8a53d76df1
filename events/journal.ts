import * as v from 'valibot';
import { contract } from './contract.ts';
import { text } from './field.ts';

export const batchDue = contract({
  type: 'dev.dormouse.journal.batch.due.v1',
  source: '/journal',
  schema: v.object({
    job: v.pipe(text, v.description('Id of the redrive or replay that goes on.')),
    step: v.pipe(
      v.number(),
      v.safeInteger(),
      v.minValue(0),
      v.description('Batches of the job that are done; one that says less is old news.'),
    ),
  }),
  emitted: 'When a redrive or a replay begins, and after each of its batches while there is more to do.',
});
