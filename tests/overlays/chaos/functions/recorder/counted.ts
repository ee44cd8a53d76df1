import { contract } from '@dormouse/events/contract';
import { version } from '@dormouse/events/field';

/** An event of the campaign's own: its data is its number among those of its subject. */
export const counted = contract({
  type: 'dev.dormouse.chaos.counted.v1',
  source: '/chaos',
  schema: version,
  emitted: 'By the fault campaign, many times a second.',
});
