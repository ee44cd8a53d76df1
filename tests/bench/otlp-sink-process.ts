import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

/** Takes OTLP/HTTP and throws it away, in a process of its own as a collector is: in the load's it would take part in what is measured. Tells its parent its port. */
const server = createServer((request, response) => {
  request.resume().on('end', () => response.end());
});
server.listen(0, '127.0.0.1', () => process.send?.({ port: (server.address() as AddressInfo).port }));
process.on('disconnect', () => process.exit(0));
