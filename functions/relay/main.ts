import { setTimeout } from 'node:timers/promises';
import { callService } from '@dormouse/runtime/client';
import { variable } from '@dormouse/runtime/config';
import { drain } from '@dormouse/runtime/drain';
import { httpSend } from '@dormouse/runtime/send';
import { serve } from '@dormouse/runtime/serve';
import { createApp } from './app.ts';
import { brokerIsTrusted } from './archive.ts';
import { archiveOf } from './archive-of.ts';
import { settle } from './settle.ts';
import { backlogs, dueIn, nextDue, outboxSchemas, reconciliationDue } from './store.ts';

/** A row this young is still being sent by the process that wrote it. */
const olderThanMs = 5000;
/** With the five seconds in which a batch begins to send, well below what PostgreSQL lets a transaction idle (15 s). */
const sendMs = 8000;
/** Of a tick, for what was never sent: what was sent and lost, and what consumers lack, must have their turn in the same minute. */
const drainMs = 20_000;
/** Of a tick, for sending again, for each outbox. */
const budgetMs = 10_000;
/** The journal works for eight seconds, and may have to wake. */
const reconcileMs = 25_000;
/** A function may have to wake: newsletter to note some ten thousand recipients, mail to begin with some of its mails. */
const wakeMs = 25_000;
/** Functions that say in the database when they have something to do, and where they are told that it is time. */
const wakes = {
  newsletter: '/batches/due',
  mail: '/events/sweep',
  comments: '/events/sweep',
  webhooks: '/events/sweep',
  web: '/events/purges',
};

const ending = new AbortController();
process.once('SIGTERM', () => ending.abort());

await serve('relay', ({ config, sql, log }) => {
  const { sink, sinkTokenFile: tokenFile } = config;
  const { journal, posts } = config.urls;
  if (!sink) throw new Error('the environment variable K_SINK is missing');
  const send = httpSend(sink, { timeoutMs: sendMs, tokenFile });
  const resendAfterMs = 1000 * Number(variable('RESEND_AFTER_SECONDS', '60'));
  if (!(resendAfterMs >= 1000 && resendAfterMs <= 86_400_000))
    throw new Error('the environment variable RESEND_AFTER_SECONDS is not a number of seconds, from 1 to a day');
  const acknowledgedBy = variable('ACKNOWLEDGED_BY', 'archive');
  if (acknowledgedBy !== 'archive' && acknowledgedBy !== 'broker')
    throw new Error('the environment variable ACKNOWLEDGED_BY is neither archive nor broker');
  const archive = acknowledgedBy === 'broker' ? brokerIsTrusted : archiveOf(sql, config.urls.journal);
  return createApp({
    log,
    schemas: () => outboxSchemas(sql),
    backlogs: (schemas, which) => backlogs(sql, schemas, which),
    reconciliationDue: async () => (journal ? reconciliationDue(sql) : undefined),
    nextDue: async () => (posts ? nextDue(sql) : undefined),
    publishDue: async () => {
      const response = await callService(`${posts}/batches/due`, { method: 'POST' });
      if (!response.ok) throw new Error(`posts answered ${response.status}`);
    },
    sleepers: Object.entries(wakes).map(([name, path]) => ({
      name,
      due: async () => (config.urls[name] ? dueIn(sql, name) : undefined),
      wake: async () => {
        const response = await callService(`${config.urls[name]}${path}`, { method: 'POST', timeoutMs: wakeMs });
        if (!response.ok) throw new Error(`${name} answered ${response.status}`);
      },
    })),
    // An end does not wait for a post.
    pause: (ms) => setTimeout(ms, true, { signal: ending.signal }).catch(() => false),
    reconcile: async () => {
      const response = await callService(`${journal}/batches/reconciliation`, {
        method: 'POST',
        timeoutMs: reconcileMs,
      });
      if (!response.ok) throw new Error(`the journal answered ${response.status}`);
      return ((await response.json()) as { more: boolean }).more;
    },
    drainOutboxes: (schemas) => drain({ sql, schemas, send, olderThanMs, batch: 200, budgetMs: drainMs }),
    settleOutbox: (schema) => settle({ sql, archive, send, resendAfterMs, budgetMs }, schema),
  });
});
