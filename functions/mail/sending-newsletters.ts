import { createHash, randomBytes } from 'node:crypto';
import type { Logger } from '@dormouse/runtime/log';
import { measure } from '@dormouse/runtime/measure';
import { metrics } from '@dormouse/signals/metrics';
import type { Sender } from './compose.ts';
import { newsletterMail } from './newsletter-mail.ts';
import type { NewsletterKind, Newsletters } from './newsletters.ts';
import type { Transport } from './transport.ts';

export interface NewsletterSendingOptions {
  newsletters: Newsletters;
  transport: Transport;
  sender: Sender;
  log: Pick<Logger, 'info' | 'warn'>;
  now?: () => number;
}

/** Begins no mail after it: with the deadline of the last one it stays below the timeout of the Trigger mail-newsletters. */
const workMs = 35_000;
/** In succession, after which the mail server is left alone until newsletter asks again. */
const maxFailures = 2;

/**
 * Sends what waits for subscribers, one after the other, until none is left or the time is over. Never throws for a mail server: newsletter keeps
 * what was not taken, and asks again.
 */
export function newsletterSender({ newsletters, transport, sender, log, now = Date.now }: NewsletterSendingOptions) {
  return async (kind: NewsletterKind): Promise<void> => {
    const until = now() + workMs;
    for (let failures = 0; failures < maxFailures && now() < until; ) {
      const secret = randomBytes(32).toString('base64url');
      const mail = await newsletters.take(kind, createHash('sha256').update(secret).digest('base64url'));
      if (!mail) return;
      const outcome = await transport(newsletterMail(mail, secret, sender));
      measure(metrics.mailAttempts, 1, { 'dormouse.mail.outcome': outcome.kind });
      await newsletters.note(mail.id, outcome);
      // How long a post takes is a matter of how many get it; who has asked for a question waits for it.
      if (kind === 'confirmation' && outcome.kind === 'sent')
        measure(metrics.mailDelay, Math.max(0, now() - mail.requestedAt.getTime()) / 1000);
      failures = outcome.kind === 'failed' ? failures + 1 : 0;
      if (outcome.kind !== 'sent')
        log.warn({ mail: mail.id, kind, outcome: outcome.kind, reason: outcome.reason }, 'a mail was not sent');
    }
  };
}
