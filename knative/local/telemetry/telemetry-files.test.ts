import { appendFileSync, mkdtempSync, readdirSync, rmSync, statSync, truncateSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { measuredFlow } from './query/metrics.fixture.ts';
import { Telemetry } from './telemetry.ts';
import { telemetryFiles } from './telemetry-files.ts';

let folder: string;
let said: string[];
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'dormouse-telemetry-'));
  said = [];
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const open = async (maxBytes?: number) => {
  const telemetry = new Telemetry();
  const files = telemetryFiles({ folder, telemetry, say: (line) => said.push(line), ...(maxBytes && { maxBytes }) });
  return { telemetry, files };
};
const span = (n: number) => ({
  traceId: n.toString(16).padStart(32, '0'),
  spanId: 'b'.repeat(16),
  name: 'GET /',
  kind: 'server' as const,
  service: 'web',
  startMs: n,
  durationMs: 1,
  attributes: {},
});
const line = (n: number) => ({ timeMs: n, service: 'web', instance: 'web-a', level: 'info', message: `line ${n}` });

describe('telemetry that is kept over a restart', () => {
  test('spans, lines and series are there again, before what came while they were read', async () => {
    const first = await open();
    await first.files.load();
    const measured = [...measuredFlow(Date.now())];
    for (let n = 1; n <= 3; n++) {
      first.telemetry.addSpan(span(n));
      first.telemetry.addLog(line(n));
    }
    for (const each of measured) first.telemetry.addMeasured({ ...each, exemplars: [] });
    await first.files.close();

    const second = await open();
    second.telemetry.addLog(line(4));
    expect(second.telemetry.logLines()).toEqual([]);
    await second.files.load();
    expect(second.telemetry.logLines().map(({ message }) => message)).toEqual(['line 1', 'line 2', 'line 3', 'line 4']);
    expect(second.telemetry.trace(span(2).traceId)).toEqual([span(2)]);
    const seen = (telemetry: Telemetry) => [...telemetry.metrics.all()];
    expect(seen(second.telemetry)).toEqual(seen(first.telemetry));
    await second.files.close();
  });

  test('a line that was written in part is left out, and what is written after it is read', async () => {
    const first = await open();
    await first.files.load();
    for (let n = 1; n <= 3; n++) first.telemetry.addLog(line(n));
    await first.files.close();
    const file = join(folder, 'logs.ndjson');
    truncateSync(file, statSync(file).size - 10);
    appendFileSync(join(folder, 'metrics.ndjson'), '[0,{"name"');

    const second = await open();
    await second.files.load();
    second.telemetry.addLog(line(4));
    await second.files.close();
    const third = await open();
    await third.files.load();
    expect(third.telemetry.logLines().map(({ message }) => message)).toEqual(['line 1', 'line 2', 'line 4']);
    await third.files.close();
    expect(said).toEqual([]);
  });

  test('files are bounded, theirs alone to read, and a new one says again what its series are', async () => {
    for (let n = 0; n < 6; n++) {
      const { telemetry, files } = await open(2_000);
      await files.load();
      for (let i = 0; i < 30; i++) telemetry.addLog(line(n * 100 + i));
      for (const each of measuredFlow(Date.now() + n)) telemetry.addMeasured(each);
      await files.close();
    }
    expect(readdirSync(folder).sort()).toEqual(['logs.1.ndjson', 'logs.ndjson', 'metrics.1.ndjson', 'metrics.ndjson']);
    for (const name of readdirSync(folder)) expect(statSync(join(folder, name)).mode & 0o777).toBe(0o600);
    rmSync(join(folder, 'metrics.1.ndjson'));
    const { telemetry, files } = await open();
    await files.load();
    expect(telemetry.logLines().at(-1)?.message).toBe('line 529');
    expect([...telemetry.metrics.of('http.server.request.duration')]).toHaveLength(2);
    await files.close();
  });

  test('a folder that cannot be written is said once', async () => {
    rmSync(folder, { recursive: true });
    appendFileSync(folder, 'a file');
    const { telemetry, files } = await open();
    await files.load();
    telemetry.addLog(line(1));
    await files.close();
    expect(said.length).toBe(1);
  });
});
