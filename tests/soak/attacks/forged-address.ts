import { type Attack, atRate } from '../attack.ts';
import { openRaw } from '../raw.ts';

/** auth tells callers inside, who have no client's address, which sessions have ended: nobody outside may pass for one. */
export const forgedAddress: Attack = {
  name: 'a client’s address that is forged or taken away',
  run: (context, tally) =>
    atRate(2, context, tally, async (n) => {
      const { site, random } = context;
      const lines = random.pick([
        'x-client-address:',
        'x-client-address: 127.0.0.1',
        'Connection: x-client-address',
        'Connection: close, X-Client-Address',
        'x-client-address: a\r\nx-client-address: b',
        'X_Client_Address: 10.0.0.1',
        'x-client-address : 10.0.0.1',
        ' x-client-address: 10.0.0.1',
        'Trailer: x-client-address',
      ]);
      const socket = await openRaw({ port: site.port, from: `127.0.13.${1 + (n % 100)}` });
      let text = '';
      const ended = new Promise<void>((done) => socket.once('close', () => done()));
      socket.setEncoding('latin1').on('data', (part: string) => {
        text += part;
      });
      socket.write(
        `GET /.well-known/jwks.json HTTP/1.1\r\nhost: blog.example\r\n${lines}\r\nconnection: close\r\n\r\n`,
      );
      socket.setTimeout(10_000, () => socket.destroy());
      await ended;
      const status = /^HTTP\/1\.1 (\d+)/.exec(text)?.[1] ?? 'no answer';
      tally.count(status);
      if (text.includes('"revoked"')) tally.breach(`${lines}: somebody outside was told which sessions have ended`);
      if (status.startsWith('5') && status !== '503') tally.breach(`${lines}: ${status}`);
    }),
};
