import type { Sql } from '@dormouse/runtime/sql-types';

/** What is to be sent, as its producer says at this moment. */
export interface Requested {
  kind: string;
  /** Where to. */
  email: string;
  /** User names of the accounts that it is about, a link for each. */
  accounts: readonly string[];
  /** Name of the blog. */
  blog: string;
  /** BCP 47, of the blog. */
  language: string;
  requestedAt: Date;
}

/** Links that one mail can have: so many accounts with one address. */
export const maxLinks = 10;

/** What producers of mails tell the function mail. */
export interface RequestedMails {
  /**
   * Reads a mail that is to be sent, and has its links opened by secrets with these hashes.
   * @param hashes of new secrets, one for each account; those that are too many are not kept
   * @returns undefined where nothing is to be sent: no account has the address, or the time is over
   */
  open(id: string, hashes: readonly string[]): Promise<Requested | undefined>;
}

interface Row {
  kind: string;
  email: string;
  accounts: string[];
  blog: string;
  language: string;
  requested_at: string;
}

/** Of auth, by the one function of its schema that the role of mail may call. */
export function requestedMails(sql: Sql): RequestedMails {
  return {
    async open(id, hashes) {
      const [found] = await sql<{ mail: Row | null }[]>`SELECT auth.open_mail(${id}, ${[...hashes]}::text[]) AS mail`;
      if (!found?.mail || found.mail.accounts.length === 0) return undefined;
      const { requested_at, ...mail } = found.mail;
      return { ...mail, requestedAt: new Date(requested_at) };
    },
  };
}
