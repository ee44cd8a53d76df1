import { fail } from '@dormouse/runtime/errors';
import type { HttpRequestOptions } from '@dormouse/runtime/http';
import type { PostCard } from '@dormouse/runtime/post-card';

/** Cards that wait at most: some seconds of work. */
const mostWaiting = 32;

type Draw = (card: PostCard) => Promise<Uint8Array<ArrayBuffer>>;

/**
 * Draws one card after the other: a picture takes a processor. Whoever asks for one that is being drawn, or is to be, gets the same.
 * @throws AppError unavailable, with Retry-After, when too many wait
 */
export function inTurn(draw: Draw, most: number = mostWaiting): Draw {
  const waiting = new Map<string, Promise<Uint8Array<ArrayBuffer>>>();
  let last: Promise<unknown> = Promise.resolve();
  return async ({ title, blog, accent }) => {
    const name = JSON.stringify([title, blog, accent]);
    const known = waiting.get(name);
    if (known) return known;
    if (waiting.size >= most)
      fail('unavailable', 'Too many pictures are being drawn now. Try again shortly.', {
        headers: { 'retry-after': '5' },
      });
    const drawn = last.then(() => draw({ title, blog, accent })).finally(() => waiting.delete(name));
    last = drawn.catch(() => {});
    waiting.set(name, drawn);
    return drawn;
  };
}

/** Has cards drawn by the function `pictures`. @throws AppError not_found where it cannot draw, unavailable when it does not answer */
export const drawnBy =
  (url: string, call: (url: string, options: HttpRequestOptions) => Promise<Response>): Draw =>
  async (card) => {
    const response = await call(`${url}/events/cards`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(card),
    });
    if (response.ok) return new Uint8Array(await response.arrayBuffer());
    if (response.status === 404) return fail('not_found', 'Pictures for cards cannot be drawn here.');
    throw new Error(`pictures answered ${response.status} to a card`);
  };
