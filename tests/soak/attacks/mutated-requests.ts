import { mutatedRequest } from '@dormouse/serving/ingress/wire-requests.fixture';
import fc from 'fast-check';
import { type Attack, atRate } from '../attack.ts';
import { openRaw, statusesIn } from '../raw.ts';

/** How long a request that is not complete may stay open. */
const patienceMs = 2_000;

/** Requests on the wire that two servers might read in two ways, with others smuggled in them. */
export const mutatedRequests: Attack = {
  name: 'mutated requests',
  async run(context, tally) {
    const { site, random } = context;
    let texts: string[] = [];
    await atRate(20, context, tally, async (n) => {
      if (texts.length === 0) texts = fc.sample(mutatedRequest, { numRuns: 200, seed: random.whole(0, 2 ** 31) });
      const bytes = Buffer.from(texts.pop()!, 'latin1');
      const socket = await openRaw({ port: site.port, from: `127.0.3.${1 + (n % 200)}` });
      let text = '';
      socket.setEncoding('latin1').on('data', (part: string) => {
        text += part;
      });
      socket.write(bytes);
      await new Promise<void>((done) => {
        const timer = setTimeout(done, patienceMs);
        socket.once('close', () => {
          clearTimeout(timer);
          done();
        });
      });
      socket.destroy();
      const statuses = statusesIn(text);
      if (statuses.length === 0) tally.count('no answer');
      for (const status of statuses) {
        tally.count(status);
        if (status === 500 || status === 502) tally.breach(`${JSON.stringify(bytes.toString('latin1'))}: ${status}`);
      }
    });
  },
};
