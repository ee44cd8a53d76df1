import { type Bench, bench } from '@dormouse/eventing/broker.fixture';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startConsole } from './console.ts';

const traceId = 'a'.repeat(32);
let b: Bench;
let console_: { url: string; close(): Promise<void> };

beforeAll(async () => {
  b = await bench({ triggers: [] });
  const { telemetry } = b;
  for (let n = 0; n < 10_000; n++)
    telemetry.addSpan({
      ...{ traceId, spanId: (n + 1).toString(16).padStart(16, '0'), name: 'work', kind: 'internal', service: 'posts' },
      ...{ startMs: n, durationMs: 1, attributes: {} },
    });
  telemetry.refused.measured(Date.now() - 10_000);
  telemetry.refuse({ signal: 'metrics', cause: 'series', sender: 'flood' }, 15_000);
  for (const measured of telemetry.refused.measured(Date.now())) telemetry.addMeasured(measured);
  const nothing = { services: () => [], routes: () => [] };
  console_ = await startConsole({ host: '127.0.0.1', port: 0, ...nothing, brokers: b.brokers, telemetry });
});
afterAll(async () => {
  await console_.close();
  await b.close();
});

const get = (path: string) => fetch(console_.url + path);
const page = async (path: string) =>
  (await (await get(path)).text()).replaceAll(/<[^>]*>|\s+/g, ' ').replaceAll(/ +/g, ' ');

test('a trace whose spans were dropped says how many, on its page and in the list', async () => {
  expect(await page(`/traces/${traceId}`)).toContain(
    '8,000 spans more came and were not kept: a trace may have 2,000.',
  );
  expect(await page('/traces')).toContain('2000 +8,000 dropped');
});

test('the API says the same, in Tempo’s words where it has any', async () => {
  const [first, second] = [await get(`/api/traces/${traceId}`), await get(`/api/v2/traces/${traceId}`)];
  for (const { headers } of [first, second]) expect(headers.get('x-dropped-spans')).toBe('8000');
  expect(await second.json()).toMatchObject({ status: 'PARTIAL', message: '8000 spans more came and were not kept' });
  expect(await (await get('/api/search')).json()).toMatchObject({
    traces: [{ spanCount: 2_000, droppedSpanCount: 8_000 }],
  });
});

test('what is not kept is on the page of metrics, and a metric', async () => {
  expect(await page('/measures?window=1h')).toContain(
    'flood metrics the sender has as many series as it may have 15,000',
  );
  expect(await (await get('/metrics')).text()).toMatch(
    /dormouse_local_telemetry_refused_total\{.*dormouse_sender="flood".*\} 15000/,
  );
});
