import { withoutSecret } from '@dormouse/http/loopback-guard';
import { ask } from '../ask.ts';
import { type Attack, atRate } from '../attack.ts';

const evil = 'https://evil.example';

/** What a web page of another site can make a browser send to the ports of this machine. */
export const foreignPages: Attack = {
  name: 'foreign Origins and Hosts at loopback ports',
  run: (context, tally) =>
    atRate(5, context, tally, async () => {
      const { site, random } = context;
      const { origin, pathname } = new URL(random.pick([site.console, site.otlp, site.kubernetes, site.broker]));
      const openPath = withoutSecret(pathname, site.secret) ?? pathname;
      const { port, host } = new URL(origin);
      const [kind, wanted, headers] = random.pick([
        ['a Host that was rebound', [421], { host: `evil.example:${port}` }],
        ['a Host of an alike name', [421], { host: `127.0.0.1.evil.example:${port}` }],
        ['a foreign Origin', [403], { host, origin: evil }],
        ['no Origin', [403], { host, origin: 'null' }],
        ['another port of this machine', [403], { host, origin: 'http://127.0.0.1:1' }],
        ['a cross-site request', [403], { host, 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'no-cors' }],
        ['a same-site request', [403], { host, 'sec-fetch-site': 'same-site', 'sec-fetch-mode': 'cors' }],
        ['a change without the secret', [401, 404, 405], { host, authorization: 'Bearer guessed' }],
      ] as const);
      const paths = ['/', '/api/services', '/api/logs', '/v1/traces', '/v1/logs', '/api', openPath, '/dead-letters'];
      const method = wanted[0] === 401 ? 'POST' : random.pick(['GET', 'POST', 'PUT', 'DELETE', 'OPTIONS']);
      const path = random.pick(paths);
      const body = method === 'POST' || method === 'PUT' ? '{}' : undefined;
      const type = { 'content-type': random.pick(['text/plain', 'application/json', 'application/cloudevents+json']) };
      const { status } = await ask({
        port: Number(port),
        method,
        path,
        headers: { ...headers, ...type },
        ...(body !== undefined && { body }),
      });
      tally.count(status);
      if (!(wanted as readonly number[]).includes(status))
        tally.breach(`${method} ${origin}${path}, ${kind}: ${status}`);
    }),
};
