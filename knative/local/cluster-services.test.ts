import { request } from 'node:http';
import { births } from '@dormouse/kubernetes-api/births';
import type { Platform } from '@dormouse/manifests/model';
import { Telemetry } from '@dormouse/telemetry/telemetry';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type ClusterServices, openClusterServices } from './cluster-services.ts';

const accessToken = 't'.repeat(43);
const platform = {
  services: [],
  brokers: [],
  triggers: [],
  channels: [{ name: 'orders', namespace: 'shop' }],
} as unknown as Platform;
const cleanup = new AsyncDisposableStack();
const telemetry = new Telemetry();
const published: string[] = [];
let services: ClusterServices;
beforeAll(async () => {
  services = await openClusterServices({
    platform: () => platform,
    objects: { shown: () => ({ platform }), createdAt: births(undefined) },
    target: () => undefined,
    handle: () => (incoming, response) => {
      published.push(incoming.url!);
      response.writeHead(202).end();
    },
    jobSinks: () => undefined,
    telemetry,
    accessToken,
    cleanup,
  });
});
afterAll(() => cleanup.disposeAsync());

const statusOf = (url: string, method: string, headers: Record<string, string>) =>
  new Promise<number>((done, failed) => {
    request(url, { method, headers }, (response) => done(response.resume().statusCode!))
      .on('error', failed)
      .end(method === 'POST' ? '{}' : undefined);
  });
const json = { 'content-type': 'application/json' };
const rebound = { host: 'rebound.example' };
const foreign = { origin: 'http://evil.example', 'sec-fetch-site': 'cross-site' };

describe.each([
  ['the broker', () => `${services.brokers}/dormouse/default`, 'POST', 202],
  ['the OTLP receiver', () => `${services.otlp}/v1/traces`, 'POST', 200],
  ['the Kubernetes API', () => `${services.kubernetes}/version`, 'GET', 200],
])('%s', (_, url, method, well) => {
  it('answers to this machine’s names and to no page of another site', async () => {
    const bearer = { authorization: `Bearer ${accessToken}`, ...json };
    expect(await statusOf(url(), method, bearer)).toBe(well);
    expect(await statusOf(url(), method, { ...bearer, ...rebound })).toBe(421);
    expect(await statusOf(url(), method, { ...bearer, ...foreign })).toBe(403);
  });
});

it('no event and no telemetry is taken from who does not know the secret', async () => {
  published.length = 0;
  expect(await statusOf(`${services.brokers}/dormouse/default`, 'POST', json)).toBe(401);
  expect(await statusOf(`${services.otlp}/v1/logs`, 'POST', json)).toBe(401);
  expect(published).toEqual([]);
});

it('telemetry that names the address of the Broker is kept without the secret', async () => {
  const startTimeUnixNano = `${Date.now()}000000`;
  const spanIds = {
    startTimeUnixNano,
    endTimeUnixNano: startTimeUnixNano,
    traceId: 'a'.repeat(32),
    spanId: 'b'.repeat(16),
  };
  const value = { stringValue: `${services.secretBrokers}/dormouse/default` };
  const span = { ...spanIds, name: `POST ${value.stringValue}`, attributes: [{ key: 'url.full', value }] };
  const response = await fetch(`${services.otlp}/v1/traces`, {
    method: 'POST',
    headers: { authorization: `Bearer ${accessToken}`, ...json },
    body: JSON.stringify({ resourceSpans: [{ scopeSpans: [{ spans: [span] }] }] }),
  });
  expect(response.status).toBe(200);
  const url = `${services.brokers}/${'*'.repeat(accessToken.length)}/dormouse/default`;
  expect(telemetry.trace(spanIds.traceId)).toMatchObject([{ name: `POST ${url}`, attributes: { 'url.full': url } }]);
});

it('functions get the secret with the addresses of broker, collector and gateway, and with no other', async () => {
  const sink = services.addressOf('http://broker-ingress.knative-eventing.svc.cluster.local')!;
  expect(sink).toBe(services.secretBrokers);
  published.length = 0;
  expect(await statusOf(`${sink}/dormouse/default`, 'POST', json)).toBe(202);
  expect(published).toEqual(['/dormouse/default']);
  const collector = services.addressOf('http://otel-collector.observability.svc.cluster.local:4318')!;
  expect(await statusOf(`${collector}/v1/metrics`, 'POST', json)).toBe(200);
  const gateway = services.addressOf('http://knative-local-gateway.istio-system.svc.cluster.local')!;
  expect(new URL(gateway).pathname).toBe(`/${accessToken}`);
  expect(services.addressOf('http://kubernetes.default.svc.cluster.local')).toBe(services.kubernetes);
});

it('a channel has an address with the secret, another name none', async () => {
  const channel = services.addressOf('http://orders-kn-channel.shop.svc.cluster.local')!;
  published.length = 0;
  expect(await statusOf(`${channel}/`, 'POST', json)).toBe(202);
  expect(published).toEqual(['/shop/channel:orders/']);
  expect(services.addressOf('http://orders-kn-channel.other.svc.cluster.local')).toBeUndefined();
  expect(services.addressOf('http://orders.shop.svc.cluster.local')).toBeUndefined();
});
