import type { Sql } from '@dormouse/runtime/sql-types';
import type { Outcome } from './messages.ts';

/** What waits: questions whether somebody wants the newsletter, or posts. */
export type NewsletterKind = 'confirmation' | 'post';

/** A mail to a subscriber, as newsletter says at this moment. */
export interface NewsletterMail {
  id: string;
  /** Where to. */
  email: string;
  /** Of the link that unsubscribes. */
  token: string;
  /** Name of the blog. */
  blog: string;
  /** BCP 47, of the blog. */
  language: string;
  requestedAt: Date;
  /** What is sent; undefined for a question. */
  post?: MailedPost;
}

export interface MailedPost {
  title: string;
  slug: string;
  /** User name. */
  author: string;
  /** What the author calls themselves now; null where they have chosen nothing. */
  name: string | null;
  lang: string | null;
  /** Sanitised, with whole addresses. */
  html: string;
  text: string;
}

/** What newsletter tells the function mail. */
export interface Newsletters {
  /**
   * Takes the next mail of a kind, which nobody else gets for a minute; undefined when none waits.
   * @param hash of the secret of its link, for a question
   */
  take(kind: NewsletterKind, hash: string): Promise<NewsletterMail | undefined>;
  /** Notes what became of it. */
  note(id: string, outcome: Outcome): Promise<void>;
}

interface Row extends Omit<NewsletterMail, 'requestedAt' | 'post'> {
  requested_at: string;
  post: MailedPost | null;
}

/** Of newsletter, by the two functions of its schema that the role of mail may call. */
export function newslettersIn(sql: Sql): Newsletters {
  return {
    async take(kind, hash) {
      const [found] = await sql<{ mail: Row | null }[]>`SELECT newsletter.take_mail(${kind}, ${hash}) AS mail`;
      if (!found?.mail) return undefined;
      const { requested_at, post, ...mail } = found.mail;
      return { ...mail, requestedAt: new Date(requested_at), ...(post && { post }) };
    },
    async note(id, outcome) {
      const reason = outcome.kind === 'sent' ? null : outcome.reason;
      await sql`SELECT newsletter.note_mail(${id}, ${outcome.kind}, ${reason})`;
    },
  };
}
