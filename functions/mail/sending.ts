import type { Logger } from '@dormouse/runtime/log';
import { measure } from '@dormouse/runtime/measure';
import { RejectEvent, RetryEvent } from '@dormouse/runtime/receive';
import { metrics } from '@dormouse/signals/metrics';
import { compose, type Sender } from './compose.ts';
import { handOver } from './hand-over.ts';
import type { Messages } from './messages.ts';
import { maxLinks, type RequestedMails } from './requested.ts';
import { hashOf, newSecret } from './secret.ts';
import type { Transport } from './transport.ts';

export interface SendingOptions {
  messages: Messages;
  requested: RequestedMails;
  transport: Transport;
  sender: Sender;
  log: Pick<Logger, 'info' | 'warn'>;
  now?: () => number;
}

/**
 * Sends the mail that an event asks for, once. Its links are opened by secrets that are made here and now: nobody else has them, and of
 * what an attempt before sent, nothing is known any more.
 * @returns the work of an event. It throws RetryEvent when the mail server has not taken it: the Broker comes again, and keeps what it gives up.
 */
export function mailSender({ messages, requested, transport, sender, log, now = Date.now }: SendingOptions) {
  return async (id: string, kind: string): Promise<void> => {
    const turn = await messages.take(id, kind);
    if (turn === 'settled') return;
    if (turn === 'busy') throw new RetryEvent('this mail is being sent');
    const secrets = Array.from({ length: maxLinks }, newSecret);
    const found = await requested.open(id, secrets.map(hashOf)).catch(async (error: Error) => {
      await messages.note(id, { kind: 'failed', reason: 'not-read' });
      throw error;
    });
    if (!found) return messages.void(id);
    const mail = compose(id, found, secrets, sender);
    if (!mail) {
      await messages.note(id, { kind: 'failed', reason: 'unknown-kind' });
      throw new RejectEvent(`nobody here knows mails of kind ${kind}`);
    }
    const outcome = await handOver(transport, mail, kind);
    await messages.note(id, outcome);
    if (outcome.kind === 'sent') {
      measure(metrics.mailDelay, Math.max(0, now() - found.requestedAt.getTime()) / 1000);
      return;
    }
    log.warn({ mail: id, kind, outcome: outcome.kind, reason: outcome.reason }, 'a mail was not sent');
    if (outcome.kind === 'failed') throw new RetryEvent(`the mail server has not taken it: ${outcome.reason}`);
  };
}
