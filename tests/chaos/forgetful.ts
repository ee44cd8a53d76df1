import type { Upstream } from '@dormouse/serving/proxy/upstream';
import type { Losses } from './losses.ts';
import type { Random } from './random.ts';

/** Of a hundred deliveries. */
const share = 0.05;

/** A dispatcher that counts five of a hundred deliveries as made which it never made: one consumer lacks what others have. */
export const forgetful =
  ({ random, note }: { random: Random; note: Losses['note'] }) =>
  (upstream: Upstream): Upstream => ({
    async request(to, request) {
      const { 'ce-source': source, 'ce-id': id } = request.headers;
      if (source === undefined || id === undefined || !random.chance(share)) return upstream.request(to, request);
      note('undelivered', { source, id });
      return { status: 202, headers: {}, body: Buffer.alloc(0) };
    },
  });
