import { variable } from '@dormouse/runtime/config';
import { serve } from '@dormouse/runtime/serve';
import { createApp } from './app.ts';
import { openDeliveries } from './deliveries.ts';
import { deliverer } from './delivering.ts';
import { safePoster } from './post-safely.ts';
import { refuser } from './refuse.ts';
import { openSubscriptions } from './subscriptions.ts';

await serve('webhooks', ({ config, sql, outbox, tokens, limiter, log }) => {
  const disableAfterDays = Number(variable('DISABLE_AFTER_DAYS', '3'));
  if (!Number.isInteger(disableAfterDays) || disableAfterDays < 1 || disableAfterDays > 30)
    throw new Error('the environment variable DISABLE_AFTER_DAYS is not a number of days from 1 to 30');
  const reach = { local: variable('LOCAL_RECEIVERS', 'false') === 'true' };
  if (reach.local) log.warn({}, 'webhooks may lead to this machine: LOCAL_RECEIVERS is for development');
  const deliveries = openDeliveries({ sql, outbox, disableAfterDays });
  return createApp({
    subscriptions: openSubscriptions(sql),
    deliveries,
    deliver: deliverer({ deliveries, post: safePoster({ reach }), log }),
    refuse: refuser({ reach }),
    outbox,
    tokens,
    limiter,
    log,
    site: config.publicUrl,
  });
});
