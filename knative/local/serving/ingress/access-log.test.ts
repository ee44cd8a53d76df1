import { noFields, route } from '@dormouse/local/platform.fixture';
import type { AccessLog } from '@dormouse/signals/access-log';
import { type LogLine, Telemetry } from '@dormouse/telemetry/telemetry';
import { afterEach, expect, test } from 'vitest';
import { createOutputs } from '../process/instance-output.ts';
import { type Listener, listen } from '../proxy/listener.ts';
import { createIngress } from './ingress.ts';

let listener: Listener | undefined;
afterEach(() => listener?.close(0));

const answering = (path: string, status: number, body = '') =>
  route(path, `to-${status}`, {
    ...{ match: [{ uri: { kind: 'prefix', value: path }, headers: {}, ignoreUriCase: false }] },
    ...{ responseHeaders: noFields, action: { kind: 'direct', status, body } },
  });
const virtualHosts = [
  {
    ...{ name: 'all', hosts: ['*'], origin: { file: 'x', line: 1 } },
    routes: [answering('/ok', 200, 'fine'), answering('/yours', 403), answering('/login', 429), answering('/me', 401)],
  },
];

/** What is written of requests to these paths, and what is printed. */
async function written(settings: AccessLog, paths: readonly string[]) {
  const telemetry = new Telemetry();
  const printed: string[] = [];
  const outputs = createOutputs({ telemetry, print: (line) => printed.push(line), level: 'info' });
  const access = { settings, write: outputs.line };
  listener = await listen(createIngress({ virtualHosts, target: () => undefined, telemetry, access }), { port: 0 });
  for (const path of paths) await fetch(`http://127.0.0.1:${listener.port}${path}`).then((response) => response.text());
  return { lines: telemetry.logLines({ service: 'ingress' }), printed: printed.map((line) => JSON.parse(line)) };
}
const statuses = (lines: readonly LogLine[]) => lines.map(({ fields }) => fields?.status);
const everything = ['/ok', '/yours', '/login', '/me', '/nowhere'];

test('a request is a line of JSON with its trace, without query and address', async () => {
  const { lines, printed } = await written({ requests: 'all', address: 'none' }, ['/ok/ann@example.org?q=secret']);
  const traceId = lines[0]?.traceId;
  expect(traceId).toMatch(/^[0-9a-f]{32}$/);
  expect(printed).toEqual([
    {
      ...{ severity: 'INFO', time: expect.stringMatching(/Z$/), service: 'ingress', message: 'GET /ok/[email] 200' },
      ...{ trace_id: traceId, span_id: lines[0]?.spanId, method: 'GET', path: '/ok/[email]', route: 'to-200' },
      ...{ status: 200, duration_ms: expect.any(Number), bytes: 4, answered_by: 'ingress' },
    },
  ]);
  expect(lines).toMatchObject([{ service: 'ingress', level: 'info', message: 'GET /ok/[email] 200' }]);
});

test('which requests are lines follows the setting', async () => {
  expect(statuses((await written({ requests: 'all', address: 'none' }, everything)).lines)).toEqual([
    200, 403, 429, 401, 404,
  ]);
  await listener?.close(0);
  expect(statuses((await written({ requests: 'refusals', address: 'none' }, everything)).lines)).toEqual([
    403, 429, 401,
  ]);
  await listener?.close(0);
  expect(statuses((await written({ requests: 'none', address: 'full' }, everything)).lines)).toEqual([]);
});

test('the client’s address is in it as far as the setting allows', async () => {
  expect((await written({ requests: 'all', address: 'network' }, ['/ok'])).printed[0]).toMatchObject({
    client_address: '127.0.0.0/24',
  });
  await listener?.close(0);
  expect((await written({ requests: 'all', address: 'full' }, ['/ok'])).printed[0]).toMatchObject({
    client_address: '127.0.0.1',
  });
});
