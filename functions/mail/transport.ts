import { createTransport } from 'nodemailer';
import type { Mail } from './compose.ts';
import type { Outcome } from './messages.ts';

/** Hands a mail over. Never rejects. */
export type Transport = (mail: Mail) => Promise<Outcome>;

export interface SmtpOptions {
  /** Until the mail server has answered. */
  deadlineMs?: number;
}

/** What nodemailer says of a failure. */
interface SmtpError extends Error {
  code?: string;
  responseCode?: number;
  response?: string;
}

/** Failures that are about this mail and no other: its addresses, or its content. */
const ofTheMail = new Set(['EENVELOPE', 'EMESSAGE']);

/**
 * Hands mails to a mail server by SMTP, each on a connection of its own.
 * @param url `smtps://user:password@host:465`, `smtp://host:587` (STARTTLS where the server offers it)
 */
export function smtpTransport(url: string, { deadlineMs = 20_000 }: SmtpOptions = {}): Transport {
  const transport = createTransport({
    url,
    connectionTimeout: deadlineMs / 2,
    greetingTimeout: deadlineMs / 2,
    socketTimeout: deadlineMs,
    dnsTimeout: deadlineMs / 2,
    // What mails say is our own: nothing in them names a file or an address to read.
    disableFileAccess: true,
    disableUrlAccess: true,
  });
  return async ({ messageId, ...mail }) => {
    const over = Promise.withResolvers<never>();
    const timer = setTimeout(
      () => over.reject(Object.assign(new Error('no answer'), { code: 'EDEADLINE' })),
      deadlineMs,
    );
    try {
      const sending = transport.sendMail({ ...mail, to: { name: '', address: mail.to }, messageId: `<${messageId}>` });
      await Promise.race([sending, over.promise]);
      return { kind: 'sent' };
    } catch (error) {
      return outcomeOf(error as SmtpError);
    } finally {
      clearTimeout(timer);
    }
  };
}

/** A refusal for good is noted; everything else, a wrong password for the mail server included, may be well later. */
function outcomeOf({ code = 'EUNKNOWN', responseCode, response = '' }: SmtpError): Outcome {
  const enhanced = /^\d{3}[ -]([245]\.\d{1,3}\.\d{1,3})\b/.exec(response)?.[1];
  const reason = [responseCode, enhanced].filter(Boolean).join(' ') || code;
  return { kind: (responseCode ?? 0) >= 500 && ofTheMail.has(code) ? 'refused' : 'failed', reason };
}

/** Where no mail server is named: what it would have been sent is refused, and the function runs. */
export const noTransport: Transport = async () => ({ kind: 'refused', reason: 'no-mail-server' });
