import { mediaUploaded } from '@dormouse/events/media';
import { newApp } from '@dormouse/runtime/app';
import type { Logger } from '@dormouse/runtime/log';
import { on, RejectEvent, receive } from '@dormouse/runtime/receive';
import { type Encode, NoEncoder, Undecodable } from './encoded.ts';
import type { Media } from './media.ts';

export interface Dependencies {
  media: Media;
  encode: Encode;
  log: Logger;
}

/**
 * Makes the variants of what was uploaded. It keeps nothing: what media does not want any more (a second delivery, a deleted picture)
 * ends the work, and media asks again for what was lost.
 */
export function createApp({ media, encode, log }: Dependencies) {
  const handlers = [
    on(mediaUploaded, async ({ data: { hash } }) => {
      const original = await media.original(hash);
      if (!original) return;
      try {
        const { variants, ...facts } = await encode(original);
        for (const { name, bytes } of variants) if (!(await media.addVariant(hash, name, bytes))) return;
        await media.finish(hash, { state: 'ready', ...facts });
      } catch (error) {
        if (error instanceof NoEncoder) throw new RejectEvent(error.message);
        if (!(error instanceof Undecodable)) throw error;
        log.info({ hash, error: error.cause }, 'picture refused');
        await media.finish(hash, { state: 'refused', reason: error.message });
      }
    }),
  ];
  return newApp().post('/events', receive({ handlers }));
}
