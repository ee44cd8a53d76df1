import { hash } from 'node:crypto';
import { color } from '@dormouse/events/field';
import * as v from 'valibot';

const words = v.pipe(v.string(), v.maxLength(1000));

/** What the picture of a post on cards of links shows: its title, the blog's name and accent colour, on which white text is readable. */
export const postCard = v.strictObject({ title: words, blog: words, accent: color });
export type PostCard = v.InferOutput<typeof postCard>;

/** Of the way it is drawn (functions/pictures/draw-card.ts): with another number all pictures have other addresses, and are drawn anew. */
const look = 1;

/** Names what a card shows: 128 bits of a SHA-256, as 32 hexadecimal digits. */
export const cardDigest = ({ title, blog, accent }: PostCard): string =>
  hash('sha256', JSON.stringify([look, title, blog, accent]), 'hex').slice(0, 32);

/** Address of the picture, on the blog. media has it drawn when it is first asked for. */
export const postCardPath = (post: number, card: PostCard): string =>
  `/blog/media/pictures/card-${post}-${cardDigest(card)}.png`;
