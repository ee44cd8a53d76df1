import type { Logger } from '@dormouse/runtime/log';
import { currentTrace, parseTraceparent } from '@dormouse/runtime/trace';
import { composeDigest, type Sender } from './compose.ts';
import { handOver } from './hand-over.ts';
import type { Outcome } from './messages.ts';
import type { Due, Notices } from './notices.ts';
import { hashOf, newSecret } from './secret.ts';
import type { Transport } from './transport.ts';

export interface TellingOptions {
  notices: Notices;
  transport: Transport;
  sender: Sender;
  log: Pick<Logger, 'warn'>;
  now?: () => number;
}

/** Mails of one round; the others have the next one. */
const perRound = 200;
/** Ends a round, with room for one mail more before its turn is somebody else's. */
const roundMs = 40_000;
const turnSeconds = 90;

/**
 * Tells people of comments: a mail for each of them and each post. What the mail server does not take waits for the next round; a killed
 * process may have sent one mail that is sent once more, with the same Message-ID while nothing new was written.
 * @returns a round, which answers how many mails were sent
 */
export function teller({ notices, transport, sender, log, now = Date.now }: TellingOptions) {
  /** @returns what became of the mail; undefined when there was none to send */
  const tell = async (due: Due): Promise<Outcome['kind'] | undefined> => {
    const secret = newSecret();
    const digest = await notices.digest(due, hashOf(secret));
    if (!digest) {
      await notices.settle(due, false);
      return undefined;
    }
    const mail = composeDigest(due, digest, secret, sender);
    const outcome = await handOver(transport, mail, 'comments', tracesOf(due));
    if (outcome.kind !== 'sent')
      log.warn({ kind: 'comments', outcome: outcome.kind, reason: outcome.reason }, 'a mail was not sent');
    if (outcome.kind !== 'failed') await notices.settle(due, outcome.kind === 'sent');
    return outcome.kind;
  };
  return async (): Promise<{ sent: number }> => {
    if (!(await notices.begin(turnSeconds))) return { sent: 0 };
    const until = now() + roundMs;
    let [tried, sent] = [0, 0];
    try {
      await notices.tidy();
      for (const due of await notices.due(perRound)) {
        if (now() > until) break;
        const outcome = await tell(due);
        if (outcome !== undefined) tried++;
        if (outcome === 'sent') sent++;
      }
    } finally {
      await notices.end(tried > 0);
    }
    return { sent };
  };
}

/** Links that a span may have: more say nothing more. */
const maxLinks = 20;

/** A mail is a part of the trace of the first comment that it tells of; linked to those of the others, and to the tick that woke us. */
function tracesOf({ traceparents }: Due) {
  const [parent, ...others] = traceparents.flatMap((each) => parseTraceparent(each) ?? []);
  const tick = currentTrace();
  if (!parent) return {};
  return { parent, links: [...(tick ? [tick] : []), ...others].slice(0, maxLinks) };
}
