import { html } from 'hono/html';
import { clockTime } from './format.ts';
import { heading, type Markup, nothing, type Page } from './layout.ts';
import { type KeptMail, keptMails } from './mailbox.ts';
import type { ConsoleSources } from './sources.ts';

/** Page of the mails that would have been sent, were there a mail server. */
export async function mailboxPage({ mailbox, addresses }: ConsoleSources): Promise<Page> {
  const mails = mailbox === undefined ? [] : await keptMails(mailbox);
  const site = addresses?.ingress ?? '';
  const aside = html`<p class="quiet">They were sent nobody: no mail server is named.</p>`;
  return {
    name: 'mailbox',
    title: 'Mails',
    live: 'event',
    content: html`${heading('Mails', aside)}${
      mails.length === 0
        ? nothing('There is no mail yet.', 'One appears here when somebody asks for a new password.')
        : mails.map((mail) => shown(mail, site))
    }`,
  };
}

const shown = ({ id, at, from, to, subject, text }: KeptMail, site: string) =>
  html`<section data-key="${id}"><h2>${subject}</h2>
<p class="quiet">${clockTime(Date.parse(at))} · from ${from} to ${to}</p>
<pre class="runbook">${linked(text, site)}</pre></section>`;

/** A line that is an address, or a path of the blog where the sender did not know its address, becomes a link. */
const linked = (text: string, site: string): Markup[] =>
  text.split('\n').map((line) => {
    const href = /^https?:\/\/\S+$/.test(line) ? line : /^\/[^/\s\\]\S*$/.test(line) ? site + line : undefined;
    return href === undefined ? html`${line}\n` : html`<a href="${href}">${href}</a>\n`;
  });
