import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { RequestBody } from './request-body.ts';

/** What an instance and a copy get of a body whose parts have all come before anybody asked for them, or not. */
async function passedOn(
  sizes: readonly number[],
  atOnce: boolean,
): Promise<[sent: Buffer, copied: Buffer | undefined]> {
  const parts = sizes.map((size, at) => Buffer.alloc(size, at + 1));
  const source = new Readable({ read() {}, highWaterMark: 1_000_000 });
  const fill = () => {
    for (const part of [...parts, null]) source.push(part);
  };
  const body = new RequestBody(source, -1);
  if (atOnce) fill();
  else setTimeout(fill, 1);
  let copied: Buffer | undefined;
  body.copy(150_000, (whole) => (copied = whole));
  const { body: sent = Buffer.alloc(0) } = await new Promise<ReturnType<RequestBody['toSend']>>((done) =>
    body.whenHeld(false, () => done(body.toSend())),
  );
  return [Buffer.isBuffer(sent) ? sent : await buffer(sent), copied];
}

describe('the body of a request', () => {
  it('is passed on whole, whenever its parts came, and so is its copy', async () => {
    const size = fc.oneof(fc.integer({ min: 1, max: 100 }), fc.integer({ min: 30_000, max: 70_000 }));
    await fc.assert(
      fc.asyncProperty(fc.array(size, { maxLength: 4 }), fc.boolean(), async (sizes, atOnce) => {
        const whole = Buffer.concat(sizes.map((each, at) => Buffer.alloc(each, at + 1)));
        const [sent, copied] = await passedOn(sizes, atOnce);
        expect(sent.equals(whole)).toBe(true);
        expect(copied?.equals(whole)).toBe(whole.length <= 150_000 ? true : undefined);
      }),
      { numRuns: 60 },
    );
  });

  it('ends with the part that fills what is held', async () => {
    const [sent] = await passedOn([65_464, 34_536], true);
    expect(sent).toHaveLength(100_000);
  });
});
