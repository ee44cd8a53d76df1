import { variable } from '@dormouse/runtime/config';
import { measure, onPush } from '@dormouse/runtime/measure';
import { serve } from '@dormouse/runtime/serve';
import { metrics } from '@dormouse/signals/metrics';
import { maxEventBytes } from './any-event.ts';
import { createApp } from './app.ts';
import { openInboxes } from './inboxes.ts';
import { openItems } from './items.ts';
import { openJobs } from './jobs.ts';
import { kubernetesTriggers } from './kubernetes.ts';
import { measureMissing, reconciler } from './reconcile.ts';
import { openReconciliation } from './reconciliation.ts';
import { retention } from './retention.ts';
import { openJournal } from './store.ts';
import { subscribers } from './subscriber.ts';
import { worker } from './work.ts';

const build: Parameters<typeof serve>[1] = ({ config, sql, outbox, tokens, limiter, log }) => {
  const triggers = kubernetesTriggers({
    url: variable('KUBERNETES_URL'),
    namespace: variable('NAMESPACE', 'dormouse'),
  });
  const journal = openJournal(sql);
  onPush(async () => measure(metrics.deadLettersOpen, await journal.open()));
  const world = { jobs: openJobs({ sql, outbox }), items: openItems(sql), triggers };
  const gateway = variable('LOCAL_GATEWAY_URL');
  const deliver = subscribers({ gateway });
  const work = worker({ ...world, deliver });
  const afterSeconds = Number(variable('RECONCILE_AFTER_SECONDS', '120'));
  // A transaction that waits is ended after 15 s: one that is overlooked must not be possible.
  if (!Number.isInteger(afterSeconds) || afterSeconds < 30 || afterSeconds > 86_400)
    throw new Error('the environment variable RECONCILE_AFTER_SECONDS is not a number of seconds from 30 to 86400');
  const reconciliation = openReconciliation({ sql, afterSeconds });
  onPush(() => measureMissing(reconciliation));
  const reconcile = reconciler({
    reconciliation,
    triggers,
    inboxes: openInboxes({ sql, gateway }),
    deliver,
    storeDeadLetter: journal.storeDeadLetter,
    service: config.service,
    log,
  });
  const days = Number(variable('ARCHIVE_DAYS', '90'));
  if (!Number.isInteger(days) || days < 0 || days > 36_500)
    throw new Error('the environment variable ARCHIVE_DAYS is not a number of days');
  return createApp({
    ...world,
    journal,
    work,
    reconcile,
    reconciliation,
    retention: retention({ sql, days, log }),
    tokens,
    limiter,
    service: config.service,
  });
};

await serve('journal', build, {
  bodyLimit: (_, path) => (path === '/events' || path === '/dead-letters' ? maxEventBytes : 256 * 1024),
});
