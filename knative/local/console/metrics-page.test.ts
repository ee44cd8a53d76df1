import { type Bench, bench } from '@dormouse/eventing/broker.fixture';
import { metrics } from '@dormouse/signals/metrics';
import { measuredFlow } from '@dormouse/telemetry/query/metrics.fixture';
import { Telemetry } from '@dormouse/telemetry/telemetry';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startConsole } from './console.ts';
import { metricsPage } from './metrics-page.ts';
import type { ConsoleSources } from './sources.ts';

let b: Bench;
let console_: { url: string; close(): Promise<void> };

beforeAll(async () => {
  b = await bench({ triggers: [] });
  for (const measured of measuredFlow(Date.now())) b.telemetry.addMeasured(measured);
  console_ = await startConsole({
    host: '127.0.0.1',
    port: 0,
    services: () => [],
    routes: () => [],
    brokers: b.brokers,
    telemetry: b.telemetry,
  });
});
afterAll(async () => {
  await console_.close();
  await b.close();
});

const get = async (path: string, headers: Record<string, string> = {}) => {
  const response = await fetch(console_.url + path, { headers });
  return { type: response.headers.get('content-type'), text: await response.text() };
};
/** The text of the cells of each row of the table below a heading. */
const rowsOf = (page: string, title: string): string[][] => {
  const table = page.split(`<h2>${title}</h2>`)[1]?.split('</table>')[0]?.split('<tbody>')[1] ?? '';
  return table
    .split('</tr>')
    .slice(0, -1)
    .map((row) =>
      [...row.matchAll(/<t[dh][^>]*>(.*?)<\/t[dh]>/gs)].map(([, cell]) =>
        (cell as string).replaceAll(/<[^>]*>/g, '').trim(),
      ),
    );
};

describe('the console’s page of metrics', () => {
  test('requests by function and route: how many, how many failed, how long', async () => {
    const [first] = rowsOf((await get('/measures')).text, 'Requests');
    expect(first).toEqual(['posts', 'GET /blog/api/posts', '120', '0.4/s', '20 17 %', '8.0 ms', '42 ms', '49 ms']);
  });

  test('events by type: sent, handled, failed, handled before, age', async () => {
    expect(rowsOf((await get('/measures')).text, 'Events')).toEqual([
      ['dev.dormouse.post.created.v1', '10', '8', '2 20 %', '1', '49 ms'],
    ]);
  });

  test('events that were handled and not sent are explained', async () => {
    const telemetry = new Telemetry();
    for (const measured of measuredFlow(Date.now()))
      if (measured.family.name !== metrics.eventsSent.name) telemetry.addMeasured(measured);
    const page = String(metricsPage(new URLSearchParams(), { telemetry } as ConsoleSources).content);
    expect(rowsOf(page, 'Events')[0]?.slice(1, 3)).toEqual(['0', '8']);
    expect(page).toContain('Handled and not sent: ');
    expect((await get('/measures')).text).not.toContain('Handled and not sent: ');
  });

  test('SQL by statement, caches, cold starts', async () => {
    const { text } = await get('/measures?window=1h');
    expect(rowsOf(text, 'SQL')).toEqual([['posts', 'SELECT posts', '40', '0.67/min', '0', '1.8 ms', '2.4 ms']]);
    expect(rowsOf(text, 'Caches')).toEqual([['posts:lists', '10', '9', '0', '0', '0', '1', '90 %']]);
    expect(rowsOf(text, 'Cold starts')).toEqual([['posts', '1', '98 ms', '148 ms']]);
  });

  test('charts say in words what they draw', async () => {
    const { text } = await get('/measures');
    expect(text).toContain('aria-label="Requests a minute: at most 120"');
    expect(text.match(/<rect /g)?.length).toBeGreaterThan(4);
    expect(text).not.toContain('style=');
  });

  test('/metrics gives Prometheus everything, with exemplars when it asks for OpenMetrics', async () => {
    const plain = await get('/metrics');
    expect(plain.type).toContain('version=0.0.4');
    expect(plain.text).toMatch(/^http_server_request_duration_seconds_bucket\{.*le="0\.01".*\} 100 \d{13}$/m);
    expect(plain.text).toMatch(/^faas_coldstarts_total\{.*\} 0 \d{13}\nfaas_coldstarts_total\{.*\} 1 \d{13}$/m);
    const open = await get('/metrics', { accept: 'application/openmetrics-text;version=1.0.0,text/plain;q=0.5' });
    expect(open.type).toContain('application/openmetrics-text');
    expect(open.text).toMatch(/le="0\.05"\} 20 \d{10}\.\d{3} # \{trace_id="a{32}",span_id="b{16}"\} 0\.04 /);
    expect(open.text).toMatch(/# EOF\n$/);
    expect(open.text).toContain('# TYPE faas_coldstarts counter\n');
  });

  test('Prometheus’ API is asked by GET and by POST', async () => {
    const query = `sum(increase(http_server_request_duration_seconds_count[5m]))`;
    const byGet = await fetch(`${console_.url}/api/v1/query?${new URLSearchParams({ query })}`);
    const byPost = await fetch(`${console_.url}/api/v1/query`, {
      method: 'POST',
      body: new URLSearchParams({ query }),
    });
    for (const response of [byGet, byPost]) {
      expect(response.status).toBe(200);
      expect((await response.json()) as object).toMatchObject({
        status: 'success',
        data: { resultType: 'vector', result: [{ metric: {} }] },
      });
    }
    const tooLong = await fetch(`${console_.url}/api/v1/query`, {
      method: 'POST',
      body: new URLSearchParams({ query: 'x'.repeat(300_000) }),
    });
    expect(tooLong.status).toBe(413);
    expect((await fetch(`${console_.url}/api/v1/query`, { method: 'DELETE' })).status).toBe(405);
  });

  test('without measurements it says so', async () => {
    const bare = await bench({ triggers: [] });
    const empty = await startConsole({
      host: '127.0.0.1',
      port: 0,
      services: () => [],
      routes: () => [],
      brokers: bare.brokers,
      telemetry: bare.telemetry,
    });
    expect(await (await fetch(`${empty.url}/measures`)).text()).toContain('No function has measured anything');
    await empty.close();
    await bare.close();
  });
});
