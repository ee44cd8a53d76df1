// Preloaded into every Node.js process of a program that is run as it is: see program-process.ts.
import { connectWithin } from './connect-address.ts';
import { listenOn } from './listen-address.ts';

const { DORMOUSE_ADDRESS: host, DORMOUSE_PORTS: ports = '', DORMOUSE_SHARED: shared } = process.env;
if (host) {
  const [from, to] = ports.split(':');
  listenOn({ host, also: ['localhost', '127.0.0.1', '::1'], ports: from && to ? { [from]: Number(to) } : {} });
}
if (host && shared !== undefined) connectWithin(host, new Set(shared.split(',').map(Number)));
