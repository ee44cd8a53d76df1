import type { DataOf } from '@dormouse/events/contract';
import { mediaOutdated, mediaUploaded } from '@dormouse/events/media';
import { postDeleted, postPublished, postUnpublished, postUpdated } from '@dormouse/events/post';
import { newApp } from '@dormouse/runtime/app';
import type { Logger } from '@dormouse/runtime/log';
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
 * ends the work, and media asks again for what was lost. Cards of posts are made again by the next change, of the post or of the blog's name.
 */
export function createApp({ media, encode, draw, log }: Dependencies) {
  const card = cardsOf({ media, draw, log });
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
    ...[postPublished, postUpdated].map((contract) => on(contract, async ({ data }) => void (await card.make(data)))),
    on(mediaOutdated, async ({ data: { cards } }) => {
      // A post once: one that is named twice would get another picture with each delivery.
      for (const { post, ...shown } of new Map(cards.map((card) => [card.post, card])).values())
        if (!(await card.make({ id: post, status: 'published', ...shown }))) return;
      await media.redrawn();
    }),
    ...[postUnpublished, postDeleted].map((contract) =>
      on(contract, async ({ data }) => media.keepCard(data.id, data.version, undefined)),
    ),
  ];
  return newApp().post('/events', receive({ handlers }));
}

type Post = Pick<DataOf<typeof postPublished>, 'id' | 'version' | 'title' | 'status'>;

/** Pictures of posts on cards of links. A machine that cannot draw makes none, and says so once. */
function cardsOf({ media, draw, log }: Omit<Dependencies, 'encode'>) {
  let isTold = false;
  return {
    /** @returns whether cards can be drawn here */
    async make({ id, version, title, status }: Post): Promise<boolean> {
      if (status !== 'published') return true;
      const { title: blog, accent } = await media.blog();
      try {
        await media.keepCard(id, version, await draw({ title, blog, accent }));
      } catch (error) {
        if (!(error instanceof NoEncoder)) throw error;
        if (!isTold) log.warn({ error }, 'posts get no pictures for cards of links');
        isTold = true;
        return false;
      }
      return true;
    },
  };
}
