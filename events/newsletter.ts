import * as v from 'valibot';
import { contract } from './contract.ts';

export const newsletterDue = contract({
  type: 'dev.dormouse.newsletter.due.v1',
  source: '/newsletter',
  schema: v.object({
    kind: v.pipe(
      v.picklist(['confirmation', 'post']),
      v.description('What waits: questions whether somebody wants the newsletter, or posts.'),
    ),
  }),
  emitted:
    'When mails to subscribers wait to be sent: whoever sends them asks for one after the other. Holds neither addresses nor texts.',
});
