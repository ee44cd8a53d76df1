import { afterEach, expect, test } from 'vitest';
import { eventually, service, type TestPlatform, testPlatform } from './platform.fixture.ts';

let platform: TestPlatform;
afterEach(() => platform?.end());

const hello = `import { createServer } from 'node:http';
createServer((request, response) => {
  response.writeHead(request.url.startsWith('/hello/bad') ? 500 : 200).end();
}).listen(process.env.PORT);
process.on('SIGTERM', () => process.exit(0));`;
const crashes = `console.error('GREETING is missing'); process.exit(3);`;

/** How often each kind of answer was counted. */
async function counted(): Promise<Record<string, number>> {
  const { data } = (await (
    await fetch(
      `${platform.consoleUrl}/api/v1/query?query=${encodeURIComponent('dormouse_edge_request_duration_seconds_count')}`,
    )
  ).json()) as { data: { result: { metric: Record<string, string>; value: [number, string] }[] } };
  const counts: Record<string, number> = {};
  for (const { metric, value } of data.result) {
    const { dormouse_entry, kn_service_name = '', http_response_status_class, dormouse_answered_by } = metric;
    const key = [dormouse_entry, kn_service_name, http_response_status_class, dormouse_answered_by].join(' ');
    counts[key] = (counts[key] ?? 0) + Number(value[1]);
  }
  return counts;
}

test('a client, what it was answered, and who answered are counted, also where no function was asked', async () => {
  platform = await testPlatform({
    programs: { hello, broken: crashes },
    services: [service('hello'), service('broken')],
    options: { measureMs: 100 },
  });
  for (const path of ['/hello', '/hello', '/hello/bad', '/nowhere']) await platform.get(path);
  const refused = await Promise.all([1, 2, 3].map(() => platform.get('/broken').then(({ status }) => status)));
  expect(refused).toEqual([503, 503, 503]);
  const wanted = {
    'ingress hello 2xx function': 2,
    'ingress hello 5xx function': 1,
    'ingress  4xx ingress': 1,
    'ingress broken 5xx activator': 3,
  };
  await eventually(async () => (await counted())['ingress broken 5xx activator'] === 3, 'counted');
  expect(await counted()).toMatchObject(wanted);
  expect(platform.services().find(({ name }) => name === 'broken')).toMatchObject({
    wanted: 1,
    ready: 0,
    cause: { kind: 'start', words: expect.stringContaining('GREETING is missing') },
  });
});
