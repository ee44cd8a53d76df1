import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { metrics, trace } from '@opentelemetry/api';
import * as v from 'valibot';
import { json, newApp } from './app.ts';
import { variable } from './config.ts';
import { serve } from './serve.ts';
import { inSpan } from './trace.ts';

/** A function that the tests of serve.ts start as a process. */
const library = {
  tracer: trace.getTracer('library'),
  calls: metrics.getMeter('library').createCounter('library.calls'),
};
const database = variable('FIXTURE_DATABASE', 'no') === 'yes';
await serve(
  'fixture',
  (runtime) =>
    newApp()
      .get('/fast', (c) => c.json({ ok: true }))
      .get('/library', (c) =>
        library.tracer.startActiveSpan('of a library', (span) => {
          library.calls.add(1);
          span.end();
          return c.json({});
        }),
      )
      .get('/slow', async (c) => {
        process.send?.('arrived');
        await once(process, 'SIGTERM');
        await sleep(50);
        return c.json({ ok: true });
      })
      .get('/reject', (c) => {
        void Promise.reject(new Error('nobody handles this'));
        return c.json({});
      })
      .get('/rows', async (c) => c.json(await inSpan('work', {}, () => runtime.sql`SELECT 1 AS one`)))
      .post('/notes', json(v.object({ n: v.number() })), async (c) => {
        const { noted } = await import('./database.fixture.ts');
        await runtime.outbox.transaction(async (_, emit) => emit(noted, 'note/1', c.req.valid('json')));
        return c.json({}, 201);
      }),
  { database },
);
