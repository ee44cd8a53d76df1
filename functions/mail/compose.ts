import { seenName } from '@dormouse/runtime/seen-name';
import { html } from 'hono/html';
import type { Digest, Due, ToldComment } from './notices.ts';
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
    headers: automatic,
  };
}

/** Characters of a comment that a mail quotes. */
const quoted = 500;
/** Comments that a mail quotes; of the others it says how many there are. */
const maxQuoted = 20;

/** The mail that tells somebody of comments on a post. @param off secret of the link by which such mails end */
export function composeDigest(
  { userId, postId, commentIds }: Due,
  { email, blog, language, post, comments }: Digest,
  off: string,
  { from, site }: Sender,
): Mail {
  const words = mailWords(language);
  const { subject, by, guest, read, off: ends } = words.comments;
  const [name, title] = [oneLine(blog), oneLine(post.title)];
  const href = (id: number) => `${site}/blog/posts/${encodeURIComponent(post.slug)}#comment-${id}`;
  const offHref = `${site}/blog/comment-mails/off?token=${encodeURIComponent(off)}`;
  const more = comments.length - maxQuoted;
  const shown = comments.slice(0, maxQuoted).map((comment) => ({
    by: by(oneLine(calledAs(comment, guest))),
    text: shortened(comment.content),
    href: href(comment.id),
  }));
  const text = [
    words.greeting,
    ...shown.map((each) => `${each.by}\n\n${each.text.replaceAll(/^/gm, '> ')}\n\n${each.href}`),
    ...(more > 0 ? [words.comments.more(more)] : []),
    `-- \n${ends}\n${offHref}`,
  ].join('\n\n');
  return {
    messageId: `comments-${userId}-${postId}-${commentIds.at(-1)}@${hostOf(from)}`,
    from,
    to: email,
    subject: subject(name, title, comments.length),
    text: `${text}\n`,
    html: String(html`<!doctype html>
<html lang="${language}"><head><meta charset="utf-8"><title>${subject(name, title, comments.length)}</title></head>
<body style="font:16px/1.5 sans-serif;max-width:36em;margin:1.5em auto;padding:0 1em">
<p>${words.greeting}</p>
${shown.map(
  (each) => html`<p><b>${each.by}</b></p>
<blockquote style="white-space:pre-line">${each.text}</blockquote>
<p><a href="${each.href}">${read}</a></p>\n`,
)}
${more > 0 ? html`<p>${words.comments.more(more)}</p>\n` : ''}<p style="color:#666;font-size:14px">${ends} <a href="${offHref}">${offHref}</a></p>
</body></html>
`),
    headers: {
      ...automatic,
      // RFC 8058: a button of the mail program, which asks nobody to log in.
      ...(site && {
        'List-Unsubscribe': `<${offHref}>`,
        'List-Unsubscribe-Post': 'List-Unsubscribe=One-Click',
      }),
    },
  };
}

/** As on pages: anybody can call themselves as somebody else does, so that the user name stands beside it, or that it is a guest. */
function calledAs({ author, isGuest, name }: ToldComment, guest: string): string {
  if (isGuest) return `${author} (${guest})`;
  const seen = seenName(author, name);
  return seen === author ? author : `${seen} (@${author})`;
}

/** As much of a text as a mail has room for, without what only programs read. */
function shortened(content: string): string {
  const plain = content.replaceAll(/[\u0000-\u0008\u000b-\u001f\u007f\u202a-\u202e\u2066-\u2069]+/g, ' ').trim();
  const characters = [...plain];
  return characters.length > quoted ? `${characters.slice(0, quoted).join('')}…` : plain;
}

/** RFC 3834: vacation notices and the like do not answer it. */
const automatic = { 'Auto-Submitted': 'auto-generated', 'X-Auto-Response-Suppress': 'All' };

/** Nothing that could begin another header, or turn the direction of what follows. */
export const oneLine = (text: string): string =>
  text.replaceAll(/[\u0000-\u001f\u007f\u2028\u2029\u202a-\u202e\u2066-\u2069]+/g, ' ').trim();

/** The domain of a sender's address. */
export const hostOf = (from: string): string => /@([^\s>@]+)>?\s*$/.exec(from)?.[1] ?? 'localhost';
