import { createHttp1Connections } from './http1-connections.ts';
import { createHttp2Connections } from './http2-connections.ts';
import type { InstanceConnections, InstanceProtocol } from './instance-exchange.ts';

/** Connections to the instance that listens at a port of a loopback address. */
export const createInstanceConnections = (
  port: number,
  protocol: InstanceProtocol = 'http1',
  host = '127.0.0.1',
): InstanceConnections =>
  protocol === 'h2c' ? createHttp2Connections(port, host) : createHttp1Connections(port, host);
