import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { otlpReceiver } from '@dormouse/telemetry/otlp/otlp-receiver';
import { contentTypes, exposition } from '@dormouse/telemetry/query/prometheus-text';
import { Telemetry } from '@dormouse/telemetry/telemetry';
import { kubectl } from '../../../kubectl.ts';

const namespace = 'observability';
const service = 'otel-collector';
/** Has no metrics, for jobs that only ask whether something is there. */
export const alivePath = '/alive';

/**
 * Stands where the collector stands: the Service that functions push to leads to this machine's `host`, and Prometheus scrapes here what it
 * would be pushed. @returns `HOST:PORT`
 */
export async function takeTelemetry(host: string, atTheEnd: (stop: () => unknown) => void): Promise<string> {
  const telemetry = new Telemetry();
  const receive = otlpReceiver(telemetry);
  const server = createServer((request, response) => {
    if (request.url === alivePath) return response.end();
    if (request.url !== '/metrics') return receive(request, response);
    response.setHeader('content-type', contentTypes.openMetrics);
    return response.end(exposition(telemetry.metrics, { nowMs: Date.now(), openMetrics: true }));
  }).listen(0, host);
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  atTheEnd(() => {
    server.closeAllConnections();
    server.close();
  });
  await kubectl(['apply', '-f', '-'], JSON.stringify({ apiVersion: 'v1', kind: 'List', items: leadingTo(host, port) }));
  return `${host}:${port}`;
}

const leadingTo = (address: string, port: number) => [
  { apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } },
  {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name: service, namespace },
    spec: { ports: [{ name: 'otlp-http', port: 4318 }] },
  },
  {
    apiVersion: 'discovery.k8s.io/v1',
    kind: 'EndpointSlice',
    metadata: { name: service, namespace, labels: { 'kubernetes.io/service-name': service } },
    addressType: 'IPv4',
    endpoints: [{ addresses: [address] }],
    ports: [{ name: 'otlp-http', port }],
  },
];
