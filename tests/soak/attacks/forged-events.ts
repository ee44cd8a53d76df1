import { withoutSecret } from '@dormouse/http/loopback-guard';
import { ask } from '../ask.ts';
import { type Attack, atRate } from '../attack.ts';

/** Events that were never emitted, to every way that could lead to a consumer, and to the Broker without its secret. */
export const forgedEvents: Attack = {
  name: 'forged events',
  run: (context, tally) =>
    atRate(4, context, tally, async (n) => {
      const { site, random } = context;
      const broker = new URL(site.broker);
      // Its first segment is the secret, which others do not have.
      const open = withoutSecret(broker.pathname, site.secret) ?? broker.pathname;
      const path = random.pick([
        '/events',
        '/events/',
        '/%65vents',
        '//events',
        '/blog/../events',
        '/blog/api/posts/../../../events',
        '/dead-letters',
        '/batches',
        '/api/events',
        '/blog/events',
        open,
      ]);
      const isBroker = path === open || random.chance(0.2);
      const host = random.pick(['blog.example', 'categories.dormouse.svc.cluster.local', 'journal.dormouse']);
      const fields = {
        'ce-specversion': '1.0',
        'ce-id': `forged-${n}`,
        'ce-source': '/dormouse/posts',
        'ce-type': 'dev.dormouse.post.published.v1',
        'ce-subject': 'post/1',
        'content-type': 'application/json',
        'x-client-address': '',
      };
      const { status } = await ask({
        port: isBroker ? Number(broker.port) : site.port,
        method: 'POST',
        path,
        headers: isBroker ? fields : { ...fields, host },
        body: '{"id":1,"title":"Forged"}',
        ...(!isBroker && { from: `127.0.12.${1 + (n % 100)}` }),
      });
      tally.count(status);
      if (status < 400 || status >= 500) tally.breach(`${isBroker ? 'the Broker' : host} ${path}: ${status}`);
    }),
};
