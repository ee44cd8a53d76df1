import { commentCreated, commentModerated } from '@dormouse/events/comment';
import { mailRequested } from '@dormouse/events/mail';
import { newsletterDue } from '@dormouse/events/newsletter';
import { userDeleted } from '@dormouse/events/user';
import { cameFromOutside } from '@dormouse/runtime/address';
import { newApp } from '@dormouse/runtime/app';
import { fail } from '@dormouse/runtime/errors';
import type { Outbox } from '@dormouse/runtime/outbox';
import { on, receive } from '@dormouse/runtime/receive';
import { currentTrace, formatTraceparent } from '@dormouse/runtime/trace';
import type { NewsletterKind } from './newsletters.ts';
import type { Notices } from './notices.ts';

export interface Dependencies {
  /** Sends the mail of this id, once. */
  send: (id: string, kind: string) => Promise<void>;
  /** Sends mails of this kind that wait for subscribers. */
  sendNewsletters: (kind: NewsletterKind) => Promise<void>;
  notices: Pick<Notices, 'note' | 'forget'>;
  /** Tells people of comments that were noted. */
  tell: () => Promise<{ sent: number }>;
  outbox: Outbox;
}

const dayMs = 86_400_000;

/** Nobody wants to hear of a comment of last year, whose event an operator has sent once more. */
const isFresh = (time: string | undefined): boolean => time === undefined || Date.parse(time) > Date.now() - dayMs;

/** The function mail. It has no API: mails are asked for by events, and follow from them. */
export function createApp({ send, sendNewsletters, notices, tell, outbox }: Dependencies) {
  const requested = on(mailRequested, ({ data: { mail, kind } }) => send(mail, kind));
  const due = on(newsletterDue, ({ data }) => sendNewsletters(data.kind));
  const shown = [commentCreated, commentModerated].map((contract) =>
    on(contract, async ({ data: { id, status }, time }, tx) => {
      const trace = currentTrace();
      if (status === 'published' && isFresh(time)) await notices.note(id, trace && formatTraceparent(trace), tx);
    }),
  );
  const gone = on(userDeleted, ({ data: { id } }, tx) => notices.forget(id, tx));
  return (
    newApp()
      // No inbox: the mail's own row says whether it was sent, and no transaction may wait for a mail server.
      .post('/batches', receive({ handlers: [requested, due] }))
      .post('/events', receive({ outbox, handlers: [...shown, gone] }))
      .post('/events/sweep', async (c) =>
        cameFromOutside(c) ? fail('not_found', 'There is nothing at this address.') : c.json(await tell()),
      )
  );
}
