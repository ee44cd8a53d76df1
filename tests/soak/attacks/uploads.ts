import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Attack, atRate } from '../attack.ts';
import { openRaw, statusesIn } from '../raw.ts';

const megabytes = 50;
const part = Buffer.alloc(65_536, 'x');

/** Uploads of 50 MB that are refused early: the answer must come although the client goes on. */
export const uploads: Attack = {
  name: 'uploads of 50 MB, refused early',
  run: (context, tally) =>
    atRate(0.4, context, tally, async (n) => {
      const { site, random, going } = context;
      const target = random.pick([
        `PUT /blog/media/${'a'.repeat(64)}`,
        'POST /api/login',
        'POST /blog/api/posts',
        'POST /blog/posts/new',
      ]);
      const length = random.chance(0.5);
      const framing = length ? `content-length: ${megabytes * 1024 * 1024}` : 'transfer-encoding: chunked';
      const socket = await openRaw({ port: site.port, from: `127.0.9.${1 + (n % 100)}` });
      let text = '';
      const answered = new Promise<void>((done) => {
        socket.once('close', done);
        socket.setEncoding('latin1').on('data', (some: string) => {
          text += some;
          done();
        });
      });
      socket.write(`${target} HTTP/1.1\r\nhost: blog.example\r\ncontent-type: application/json\r\n${framing}\r\n\r\n`);
      const piece = length ? part : Buffer.concat([Buffer.from('10000\r\n'), part, Buffer.from('\r\n')]);
      for (let sent = 0; sent < megabytes * 16 && going() && !socket.destroyed && text === ''; sent++) {
        if (socket.write(piece)) continue;
        await Promise.race([once(socket, 'drain'), answered]);
      }
      for (let waited = 0; text === '' && !socket.destroyed && waited < 5_000; waited += 50) await sleep(50);
      socket.destroy();
      const [status] = statusesIn(text);
      tally.count(status ?? 'closed without an answer');
      if (status !== undefined && (status < 300 || status >= 500) && status !== 503)
        tally.breach(`${target}, ${framing}: ${status}`);
    }),
};
