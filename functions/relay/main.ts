import { drain } from '@dormouse/runtime/drain';
import { httpSend } from '@dormouse/runtime/send';
import { serve } from '@dormouse/runtime/serve';
import { createApp } from './app.ts';
import { backlogs, outboxSchemas } from './store.ts';

/** A row this young is still being sent by the process that wrote it. */
const olderThanMs = 5000;
/** With the five seconds in which a batch begins to send, well below what PostgreSQL lets a transaction idle (15 s). */
const sendMs = 8000;

await serve('relay', ({ config, sql, log }) => {
  const { sink, sinkTokenFile: tokenFile } = config;
  if (!sink) throw new Error('the environment variable K_SINK is missing');
  const send = httpSend(sink, { timeoutMs: sendMs, tokenFile });
  return createApp({
    log,
    schemas: () => outboxSchemas(sql),
    backlogs: (schemas) => backlogs(sql, schemas),
    drainOutboxes: (schemas) => drain({ sql, schemas, send, olderThanMs, batch: 200 }),
  });
});
