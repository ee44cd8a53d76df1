import { clientAddress } from '@dormouse/runtime/address';
import { variable } from '@dormouse/runtime/config';
import { serve } from '@dormouse/runtime/serve';
import { createApp } from './app.ts';
import { openIssues } from './issues.ts';
import { openSubscribers } from './subscribers.ts';

await serve('newsletter', ({ config, sql, outbox, tokens, limiter, log }) => {
  const delaySeconds = Number(variable('SEND_AFTER_SECONDS', '300'));
  if (!Number.isInteger(delaySeconds) || delaySeconds < 0 || delaySeconds > 86_400)
    throw new Error('the environment variable SEND_AFTER_SECONDS is not a number of seconds from 0 to a day');
  return createApp({
    subscribers: openSubscribers(sql, outbox),
    issues: openIssues({ sql, outbox, delaySeconds, site: config.publicUrl ?? '' }),
    outbox,
    tokens,
    limiter,
    log,
    address: clientAddress,
  });
});
