// Preloaded into every Node.js process of a program that is run as it is: see program-process.ts.
import { listenOn } from './listen-address.ts';

const { DORMOUSE_ADDRESS: host, DORMOUSE_PORTS: ports = '' } = process.env;
if (host) {
  const [from, to] = ports.split(':');
  listenOn({ host, also: ['localhost', '127.0.0.1', '::1'], ports: from && to ? { [from]: Number(to) } : {} });
}
