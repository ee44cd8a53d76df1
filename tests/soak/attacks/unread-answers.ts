import { setTimeout as sleep } from 'node:timers/promises';
import type { Attack } from '../attack.ts';
import { openRaw, statusesIn } from '../raw.ts';

const connections = 60;
/** Asked for at once on each connection: more than a kernel holds. */
const requests = 30;
const holdMs = 40_000;

/** Clients that ask for much and read nothing of it. */
export const unreadAnswers: Attack = {
  name: 'answers that nobody reads',
  async run({ site, strength, random, going }, tally) {
    const one = async (n: number) => {
      for (; going(); await sleep(random.whole(500, 3_000))) {
        const socket = await openRaw({ port: site.port, from: `127.0.11.${1 + (n % 4)}` }).catch(() => undefined);
        if (!socket) {
          tally.count('not connected');
          continue;
        }
        socket.pause();
        socket.write('GET /docs/api/openapi.json HTTP/1.1\r\nhost: blog.example\r\n\r\n'.repeat(requests));
        for (let waited = 0; waited < holdMs && going(); waited += 500) await sleep(500);
        let text = '';
        socket.setEncoding('latin1').on('data', (part: string) => {
          text += part;
        });
        socket.resume();
        await sleep(1_000);
        socket.destroy();
        const answered = statusesIn(text).length;
        tally.count(answered < requests ? 'cut off' : 'answered all the same');
      }
    };
    await Promise.all(Array.from({ length: Math.ceil(connections * strength) }, (_, n) => one(n)));
  },
};
