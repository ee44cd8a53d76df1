import { html } from 'hono/html';
import type { Requested } from './requested.ts';
import { mailWords } from './words.ts';

/** A mail as it is handed to a mail server. */
export interface Mail {
  /** Without angle brackets; the same each time that the mail is sent. */
  messageId: string;
  from: string;
  to: string;
  subject: string;
  text: string;
  html: string;
  headers: Readonly<Record<string, string>>;
}

export interface Sender {
  /** `Name <address>`, or an address. */
  from: string;
  /** Origin of the blog; empty where nobody knows it, and links begin with a slash. */
  site: string;
}

/**
 * The mail that is asked for, or undefined where nobody knows its kind: a newer producer has asked.
 * @param secrets one for each account, in their order
 */
export function compose(
  id: string,
  { kind, email, accounts, blog, language }: Requested,
  secrets: readonly string[],
  { from, site }: Sender,
): Mail | undefined {
  const words = mailWords(language);
  const own = words.kinds[kind];
  if (!own) return undefined;
  const name = oneLine(blog);
  const links = accounts.map((account, n) => ({
    label: own.link(account),
    href: `${site}${own.path}?token=${encodeURIComponent(secrets[n] ?? '')}`,
  }));
  const [intro, footer] = [own.text(name), words.footer(name)];
  const text = [
    words.greeting,
    intro,
    ...links.map(({ label, href }) => `${label}:\n${href}`),
    own.after,
    `-- \n${footer}`,
  ].join('\n\n');
  return {
    messageId: `${id}@${hostOf(from)}`,
    from,
    to: email,
    subject: own.subject(name),
    text: `${text}\n`,
    html: String(html`<!doctype html>
<html lang="${language}"><head><meta charset="utf-8"><title>${own.subject(name)}</title></head>
<body style="font:16px/1.5 sans-serif;max-width:36em;margin:1.5em auto;padding:0 1em">
<p>${words.greeting}</p>
<p>${intro}</p>
${links.map(({ label, href }) => html`<p><a href="${href}">${label}</a></p>\n`)}
<p>${own.after}</p>
<p style="color:#666;font-size:14px">${footer}</p>
</body></html>
`),
    // RFC 3834: vacation notices and the like do not answer it.
    headers: { 'Auto-Submitted': 'auto-generated', 'X-Auto-Response-Suppress': 'All' },
  };
}

/** Nothing that could begin another header, or turn the direction of what follows. */
export const oneLine = (text: string): string =>
  text.replaceAll(/[\u0000-\u001f\u007f\u2028\u2029\u202a-\u202e\u2066-\u2069]+/g, ' ').trim();

/** The domain of a sender's address. */
export const hostOf = (from: string): string => /@([^\s>@]+)>?\s*$/.exec(from)?.[1] ?? 'localhost';
