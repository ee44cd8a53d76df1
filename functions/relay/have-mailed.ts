import type { Logger } from '@dormouse/runtime/log';

export interface MailingOptions {
  /** When newsletter has something to do next, milliseconds since 1970; undefined when it has not, or that cannot be told. */
  mailsDue: () => Promise<number | undefined>;
  /** Has newsletter do what is due. */
  mailDue: () => Promise<void>;
  log: Pick<Logger, 'warn'>;
  /** Milliseconds since 1970. */
  now?: () => number;
}

/** Wakes newsletter when something of it is due: a post is to be sent, or mails wait that nobody sends. Never rejects. */
export async function haveMailed({ mailsDue, mailDue, log, now = Date.now }: MailingOptions): Promise<void> {
  try {
    const due = await mailsDue();
    if (due !== undefined && due <= now()) await mailDue();
  } catch (error) {
    log.warn({ error }, 'newsletter cannot be woken');
  }
}
