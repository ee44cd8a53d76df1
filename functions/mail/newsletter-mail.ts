import { seenName } from '@dormouse/runtime/seen-name';
import { html, raw } from 'hono/html';
import { hostOf, type Mail, oneLine, type Sender } from './compose.ts';
import type { MailedPost, NewsletterMail } from './newsletters.ts';
import { mailWords, type NewsletterWords } from './words.ts';

/**
 * A mail to a subscriber. Posts say how to unsubscribe by one click (RFC 8058).
 * @param secret of the link by which a question is answered
 */
export function newsletterMail(mail: NewsletterMail, secret: string, sender: Sender): Mail {
  const words = mailWords(mail.language).newsletter;
  const blog = oneLine(mail.blog);
  return mail.post
    ? { ...mailTo(mail, sender), ...ofPost({ mail, post: mail.post, blog, words, sender }) }
    : { ...mailTo(mail, sender), ...question({ mail, blog, words, sender }, secret) };
}

type Written = Pick<Mail, 'subject' | 'text' | 'html' | 'headers'>;

interface Writing {
  mail: NewsletterMail;
  blog: string;
  words: NewsletterWords;
  sender: Sender;
}

const mailTo = ({ id, email }: NewsletterMail, { from }: Sender) => ({
  messageId: `${id}@${hostOf(from)}`,
  from,
  to: email,
});

function question({ mail, blog, words, sender: { site } }: Writing, secret: string): Written {
  const link = `${site}/blog/newsletter/confirm?token=${encodeURIComponent(secret)}`;
  return {
    subject: words.question.subject(blog),
    text: `${[words.question.text(blog), `${words.question.link}:\n${link}`, words.question.after].join('\n\n')}\n`,
    html: framed(
      mail.language,
      blog,
      html`<p>${words.question.text(blog)}</p>
<p><a href="${link}">${words.question.link}</a></p>
<p>${words.question.after}</p>`,
    ),
    // RFC 3834: vacation notices and the like do not answer it.
    headers: { 'Auto-Submitted': 'auto-generated', 'X-Auto-Response-Suppress': 'All' },
  };
}

function ofPost({ mail, post, blog, words, sender }: Writing & { post: MailedPost }): Written {
  const { site, from } = sender;
  const title = oneLine(post.title);
  const page = `${site}/blog/posts/${encodeURIComponent(post.slug)}`;
  const unsubscribe = `${site}/blog/newsletter/unsubscribe?token=${encodeURIComponent(mail.token)}`;
  const by = words.by(oneLine(seenName(post.author, post.name)), blog);
  return {
    subject: title,
    text: `${[title, by, `${words.read}: ${page}`, post.text, `-- \n${words.why(blog)}\n${words.unsubscribe}: ${unsubscribe}`].join('\n\n')}\n`,
    html: framed(
      mail.language,
      title,
      html`<h1${post.lang ? html` lang="${post.lang}"` : ''} dir="auto"><a href="${page}" style="color:inherit">${title}</a></h1>
<p style="color:#666;font-size:14px">${by} · <a href="${page}">${words.read}</a></p>
<div${post.lang ? html` lang="${post.lang}"` : ''} dir="auto">${raw(post.html)}</div>
<hr>
<p style="color:#666;font-size:14px">${words.why(blog)} <a href="${unsubscribe}">${words.unsubscribe}</a></p>`,
    ),
    headers: {
      'List-Unsubscribe': `<${unsubscribe}>`,
      'List-Unsubscribe-Post': 'List-Unsubscribe=One-Click',
      'List-Id': `<newsletter.${hostOf(from)}>`,
      'Auto-Submitted': 'auto-generated',
      'X-Auto-Response-Suppress': 'All',
    },
  };
}

const framed = (language: string, title: string, main: unknown): string =>
  String(html`<!doctype html>
<html lang="${language}"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>${title}</title><style>img{max-width:100%;height:auto}pre{overflow:auto}</style></head>
<body style="font:16px/1.6 sans-serif;max-width:40em;margin:1.5em auto;padding:0 1em">
${main}
</body></html>
`);
