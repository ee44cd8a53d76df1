import { mailRequested } from '@dormouse/events/mail';
import { newsletterDue } from '@dormouse/events/newsletter';
import { newApp } from '@dormouse/runtime/app';
import { on, receive } from '@dormouse/runtime/receive';
import type { NewsletterKind } from './newsletters.ts';

export interface Dependencies {
  /** Sends the mail of this id, once. */
  send: (id: string, kind: string) => Promise<void>;
  /** Sends mails of this kind that wait for subscribers. */
  sendNewsletters: (kind: NewsletterKind) => Promise<void>;
}

/** The function mail. It has no API: mails are asked for by events. */
export function createApp({ send, sendNewsletters }: Dependencies) {
  const requested = on(mailRequested, ({ data: { mail, kind } }) => send(mail, kind));
  const due = on(newsletterDue, ({ data }) => sendNewsletters(data.kind));
  // No inbox: the mail's own row says whether it was sent, and no transaction may wait for a mail server.
  return newApp().post('/batches', receive({ handlers: [requested, due] }));
}
