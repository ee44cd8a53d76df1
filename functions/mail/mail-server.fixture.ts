import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { type ParsedMail, simpleParser } from 'mailparser';
import { SMTPServer } from 'smtp-server';

export interface MailServer {
  url: string;
  /** What it has taken, parsed. */
  received: ParsedMail[];
  close(): Promise<void>;
}

export interface MailServerOptions {
  /** Default: only this machine reaches it. */
  host?: string;
  port?: number;
  /** Answers a recipient with an error. */
  refuse?: (address: string) => (Error & { responseCode?: number }) | undefined;
  /** Wants a log-in, and takes none. */
  refusesLogIns?: boolean;
  /** Before the answer to a mail. */
  beforeAnswer?: () => Promise<void>;
}

/** An SMTP server of this process, by the package `smtp-server`; without TLS and without passwords. */
export async function mailServer({
  host = '127.0.0.1',
  port = 0,
  refuse,
  refusesLogIns = false,
  beforeAnswer,
}: MailServerOptions = {}): Promise<MailServer> {
  const received: ParsedMail[] = [];
  const server = new SMTPServer({
    authOptional: !refusesLogIns,
    allowInsecureAuth: true,
    disabledCommands: refusesLogIns ? ['STARTTLS'] : ['STARTTLS', 'AUTH'],
    onAuth: (_auth, _session, callback) => callback(new Error('5.7.8 wrong password')),
    onRcptTo: ({ address }, _session, callback) => callback(refuse?.(address)),
    onData(stream, _session, callback) {
      simpleParser(stream)
        .then(async (mail) => {
          received.push(mail);
          await beforeAnswer?.();
          callback();
        })
        .catch(callback);
    },
  });
  server.on('error', () => {});
  const listening = server.listen(port, host);
  await once(listening, 'listening');
  return {
    url: `smtp://${host}:${(listening.address() as AddressInfo).port}`,
    received,
    close: () => new Promise((done) => server.close(() => done())),
  };
}

/** A reply of a mail server. */
export const reply = (responseCode: number, text: string) => Object.assign(new Error(text), { responseCode });
