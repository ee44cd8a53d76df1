import * as v from 'valibot';
import { contract } from './contract.ts';
import { id, text, timestamp } from './field.ts';

const source = '/webhooks';

export const webhookDue = contract({
  type: 'dev.dormouse.webhook.due.v1',
  source,
  schema: v.object({
    delivery: v.pipe(
      v.string(),
      v.regex(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/),
      v.description('Id (UUID) of the delivery; what it says is not in the event.'),
    ),
    run: v.pipe(
      v.number(),
      v.safeInteger(),
      v.minValue(1),
      v.description('How often it was begun; one that says less than the delivery does is old news.'),
    ),
  }),
  emitted: 'When something is to be sent to a webhook: once for each, and again when somebody wants it sent once more.',
});

export const webhookDisabled = contract({
  type: 'dev.dormouse.webhook.disabled.v1',
  source,
  schema: v.object({
    id,
    host: v.pipe(text, v.description('Of its address, whose path may be a secret.')),
    reason: v.pipe(
      v.picklist(['failing', 'gone']),
      v.description('It has failed for days, or it answered 410: that it is wanted no more.'),
    ),
    failing_since: v.pipe(timestamp, v.description('The first failure after its last success.')),
  }),
  emitted: 'When a webhook is sent nothing more because of what it answered, until an operator enables it again.',
});
