import { mediaUploaded } from '@dormouse/events/media';
import { json, newApp } from '@dormouse/runtime/app';
import { fail } from '@dormouse/runtime/errors';
import type { Logger } from '@dormouse/runtime/log';
import { face } from '@dormouse/runtime/picture-variants';
import { postCard } from '@dormouse/runtime/post-card';
import { on, RejectEvent, receive } from '@dormouse/runtime/receive';
import type { DrawCard } from './draw-card.ts';
import { type Encode, NoEncoder, Undecodable } from './encoded.ts';
import type { Media } from './media.ts';

export interface Dependencies {
  media: Media;
  encode: Encode;
  draw: DrawCard;
  log: Logger;
}

/**
 * Makes the variants of what was uploaded. It keeps nothing: what media does not want any more (a second delivery, a deleted picture)
 * ends the work, and media asks again for what was lost. Cards of posts it draws for whoever asks, which media does once for each.
 */
export function createApp({ media, encode, draw, log }: Dependencies) {
  const handlers = [
    on(mediaUploaded, async ({ data: { hash } }) => {
      const original = await media.original(hash);
      if (!original) return;
      try {
        const { variants, ...facts } = await encode(original);
        for (const { name, bytes } of variants) {
          const isTaken = await media.addVariant(hash, name, bytes);
          // A release of media from before there were faces takes the others.
          if (!isTaken && name !== face.name) return;
        }
        await media.finish(hash, { state: 'ready', ...facts });
      } catch (error) {
        if (error instanceof NoEncoder) throw new RejectEvent(error.message);
        if (!(error instanceof Undecodable)) throw error;
        log.info({ hash, error: error.cause }, 'picture refused');
        await media.finish(hash, { state: 'refused', reason: error.message });
      }
    }),
  ];
  return newApp()
    .post('/events', receive({ handlers }))
    .post('/events/cards', json(postCard), async (c) => {
      const png = await draw(c.req.valid('json')).catch((cause) => {
        if (!(cause instanceof NoEncoder)) throw cause;
        log.warn({ error: cause }, 'posts get no pictures for cards of links');
        return fail('not_found', 'Cards cannot be drawn here.', { cause });
      });
      return c.body(new Uint8Array(png), 200, { 'content-type': 'image/png', 'cache-control': 'no-store' });
    });
}
