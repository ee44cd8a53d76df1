import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { temporaryFolder } from '@dormouse/auth/temporary-folder.fixture';
import { otlpReceiver } from '@dormouse/telemetry/otlp/otlp-receiver';
import { Telemetry } from '@dormouse/telemetry/telemetry';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type FunctionProcess, startFunction } from '../function-process.ts';

const telemetry = new Telemetry();
const receive = otlpReceiver(telemetry);
const types: (string | undefined)[] = [];
let console: Server;
let web: FunctionProcess | undefined;

beforeAll(async () => {
  console = createServer((request, response) => {
    types.push(request.headers['content-type']);
    receive(request, response);
  });
  await new Promise<void>((resolve) => console.listen(0, '127.0.0.1', resolve));
});
afterAll(() => {
  web?.kill();
  console.close();
});

test('a function that sends OTLP in protobuf is in the console with its spans and its numbers', async () => {
  const nowhere = 'http://127.0.0.1:9';
  web = await startFunction('web', {
    AUTH_URL: nowhere,
    POSTS_URL: nowhere,
    CATEGORIES_URL: nowhere,
    MEDIA_URL: nowhere,
    SEARCH_URL: nowhere,
    COMMENTS_URL: nowhere,
    WEBHOOKS_URL: nowhere,
    NEWSLETTER_URL: nowhere,
    JWKS_URL: nowhere,
    MEDIA_DIR: temporaryFolder(),
    DATABASE_URL: 'postgres://web@127.0.0.1:9/nothing',
    OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${(console.address() as AddressInfo).port}`,
    OTEL_EXPORTER_OTLP_PROTOCOL: 'http/protobuf',
    OTEL_TRACES_SAMPLER: 'always_on',
  });
  await (await fetch(`${web.origin}/blog/`)).text();
  expect(await web.end()).toBe(0);
  expect(new Set(types)).toEqual(new Set(['application/x-protobuf']));
  expect(await telemetry.search()).toMatchObject([{ rootService: 'web', rootName: 'GET /blog/' }]);
  const measured = [...telemetry.metrics.all()].map(({ family }) => family.name);
  expect(measured).toContain('http.server.request.duration');
});
