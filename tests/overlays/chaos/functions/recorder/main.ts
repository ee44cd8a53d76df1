import { postCreated, postDeleted, postPublished, postUnpublished, postUpdated } from '@dormouse/events/post';
import { json, newApp } from '@dormouse/runtime/app';
import { on, type ReceivedEvent, receive } from '@dormouse/runtime/receive';
import { serve } from '@dormouse/runtime/serve';
import type { Tx } from '@dormouse/runtime/sql-types';
import type { MiddlewareHandler } from 'hono';
import * as v from 'valibot';
import { counted } from './counted.ts';

/** Not idempotent, on purpose: that an event has one effect is the inbox' doing. */
const record = async (tx: Tx, { source, id, type, subject = '' }: ReceivedEvent, version: number): Promise<void> => {
  await tx`
    INSERT INTO seen (source, id, type, subject, version) VALUES (${source}, ${id}, ${type}, ${subject}, ${version})
    ON CONFLICT (source, id) DO UPDATE SET times = seen.times + 1`;
};

/** What a stream's writer asks for: events up to this number, each once, however often it asks. */
const upTo = v.strictObject({ subject: v.string(), last: v.pipe(v.number(), v.integer(), v.maxValue(10_000_000)) });

await serve('recorder', ({ outbox, sql }) => {
  let requests = 0;
  setInterval(() => {
    const more = requests;
    requests = 0;
    if (more > 0) void sql`UPDATE deliveries SET requests = requests + ${more}`.catch(() => {});
  }, 100).unref();
  const ofPosts = [postCreated, postUpdated, postPublished, postUnpublished, postDeleted].map((contract) =>
    on(contract, (event, tx) => record(tx, event, event.data.version)),
  );
  const handlers = [...ofPosts, on(counted, (event, tx) => record(tx, event, event.data))];
  const counting: MiddlewareHandler = async (_, next) => {
    requests++;
    await next();
  };
  return newApp()
    .post('/events', counting, receive({ outbox, handlers }))
    .post('/emit', json(upTo), async (c) => {
      const { subject, last } = c.req.valid('json');
      await outbox.transaction(async (tx, emit) => {
        await tx`INSERT INTO streams (subject) VALUES (${subject}) ON CONFLICT DO NOTHING`;
        const [stream] = await tx<{ last: number }[]>`SELECT last FROM streams WHERE subject = ${subject} FOR UPDATE`;
        for (let number = (stream?.last ?? 0) + 1; number <= last; number++) emit(counted, subject, number);
        await tx`UPDATE streams SET last = greatest(last, ${last}) WHERE subject = ${subject}`;
      });
      return c.body(null, 204);
    });
});
