import { variable } from '@dormouse/runtime/config';
import { serve } from '@dormouse/runtime/serve';
import { createApp } from './app.ts';
import { mailbox } from './mailbox.ts';
import { openMessages } from './messages.ts';
import { newslettersIn } from './newsletters.ts';
import { openNotices } from './notices.ts';
import { requestedMails } from './requested.ts';
import { mailSender } from './sending.ts';
import { newsletterSender } from './sending-newsletters.ts';
import { teller } from './telling.ts';
import { noTransport, smtpTransport } from './transport.ts';

const [smtpUrl, folder] = [variable('SMTP_URL', ''), variable('MAILBOX_DIR', '')];

await serve('mail', ({ config, sql, outbox, log }) => {
  const site = config.publicUrl ?? '';
  // What a request says of the site is no source for links: whoever asks for somebody else's mail would choose where they lead.
  if (smtpUrl && !site) throw new Error('SMTP_URL needs PUBLIC_URL: links in mails have to lead somewhere');
  if (!smtpUrl && !folder) log.warn({}, 'no mail is sent: SMTP_URL names no mail server');
  const transport = smtpUrl ? smtpTransport(smtpUrl) : folder ? mailbox(folder) : noTransport;
  const from = variable('MAIL_FROM', `no-reply@${site ? new URL(site).hostname : 'localhost'}`);
  const sender = { from, site };
  const notices = openNotices(sql);
  return createApp({
    send: mailSender({ messages: openMessages(sql), requested: requestedMails(sql), transport, sender, log }),
    sendNewsletters: newsletterSender({ newsletters: newslettersIn(sql), transport, sender, log }),
    notices,
    tell: teller({ notices, transport, sender, log }),
    outbox,
  });
});
