import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import type { StoredEvent } from './cloudevent.ts';
import { httpSend } from './send.ts';

const event: StoredEvent = {
  id: '1',
  type: 'dev.dormouse.x.v1',
  source: '/x',
  subject: 'x/1',
  time: '2026-01-01T00:00:00Z',
  data: '{}',
};
const seen: (string | undefined)[] = [];
const broker = createServer((request, response) => {
  seen.push(request.headers.authorization);
  response.writeHead(202).end();
});
const folder = mkdtempSync(join(tmpdir(), 'sink-'));
const tokenFile = join(folder, 'token');
let sink: string;

beforeAll(async () => {
  await new Promise<void>((resolve) => broker.listen(0, '127.0.0.1', resolve));
  sink = `http://127.0.0.1:${(broker.address() as AddressInfo).port}`;
});
beforeEach(() => void seen.splice(0));
afterAll(() => {
  broker.close();
  rmSync(folder, { recursive: true });
});

test('a Broker that wants to know who sends gets the token that is in the file now', async () => {
  const send = httpSend(sink, { tokenFile });
  for (const token of ['one', 'two']) {
    writeFileSync(tokenFile, token);
    await send(event);
  }
  expect(seen).toEqual(['Bearer one', 'Bearer two']);
});

test('without a file nothing is shown', async () => {
  await httpSend(sink)(event);
  expect(seen).toEqual([undefined]);
});

test('a token that cannot be read leaves the event unsent', async () => {
  rmSync(tokenFile, { force: true });
  await expect(httpSend(sink, { tokenFile })(event)).rejects.toThrow('ENOENT');
  expect(seen).toEqual([]);
});
