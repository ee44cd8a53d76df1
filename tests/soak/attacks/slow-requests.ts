import { setTimeout as sleep } from 'node:timers/promises';
import type { Attack, AttackContext } from '../attack.ts';
import { openRaw, statusesIn } from '../raw.ts';
import type { Tally } from '../tally.ts';

/** Log-ins that begin and do not go on: 850 clients, a byte now and then. */
export const slowBodies: Attack = {
  name: 'slow bodies',
  run: (context, tally) =>
    keepOpen(context, tally, {
      connections: 850,
      network: '127.0.1',
      begin:
        'POST /api/login HTTP/1.1\r\nhost: blog.example\r\ncontent-type: application/json\r\ncontent-length: 1000\r\n\r\n',
      everyMs: 8_000,
    }),
};

export const slowHeads: Attack = {
  name: 'slow heads',
  run: (context, tally) =>
    keepOpen(context, tally, {
      connections: 200,
      network: '127.0.2',
      begin: 'GET /blog/ HTTP/1.1\r\nhost: blog.example\r\nx-slow: ',
      everyMs: 1_000,
    }),
};

interface SlowRequests {
  connections: number;
  /** The first three numbers of their addresses; there are four. */
  network: string;
  begin: string;
  /** Between two bytes. */
  everyMs: number;
}

async function keepOpen(
  context: AttackContext,
  tally: Tally,
  { connections, network, begin, everyMs }: SlowRequests,
): Promise<void> {
  const { site, strength, random, going } = context;
  const one = async (n: number) => {
    await sleep(random.whole(0, 2_000));
    for (; going(); await sleep(random.whole(500, 1_500))) {
      const from = `${network}.${1 + (n % 4)}`;
      const socket = await openRaw({ port: site.port, from }).catch(() => undefined);
      if (!socket) {
        tally.count('not connected');
        continue;
      }
      let text = '';
      socket.setEncoding('latin1').on('data', (part: string) => {
        text += part;
      });
      socket.write(begin);
      while (going() && !socket.destroyed) {
        for (let waited = 0; waited < everyMs && going() && !socket.destroyed; waited += 500) await sleep(500);
        socket.write('{');
      }
      socket.destroy();
      const [status] = statusesIn(text);
      tally.count(status ?? (going() ? 'closed' : 'open at the end'));
      if (status !== undefined && status < 400) tally.breach(`a request that never ended was answered ${status}`);
    }
  };
  await Promise.all(Array.from({ length: Math.ceil(connections * strength) }, (_, n) => one(n)));
}
