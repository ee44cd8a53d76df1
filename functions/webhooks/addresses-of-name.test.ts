import { createSocket, type Socket } from 'node:dgram';
import { readFile } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { nameServers } from './addresses-of-name.ts';
import { safePoster } from './post-safely.ts';

const ipv4 = (...bytes: number[]) => ({ type: 1, bytes: Buffer.from(bytes) });
const ipv6 = (hex: string) => ({ type: 28, bytes: Buffer.from(hex, 'hex') });
const records: Record<string, ReturnType<typeof ipv4>[]> = {
  both: [ipv4(1, 1, 1, 1), ipv4(10, 0, 0, 1), ipv6('26064700000000000000000000001111')],
  four: [ipv4(8, 8, 8, 8)],
  none: [],
};

let server: Socket;
let servers: string[];
let asked: string[] = [];
beforeAll(async () => {
  server = createSocket('udp4').on('message', (question, { port, address }) => {
    const answer = answerTo(question);
    if (answer) server.send(answer, port, address);
  });
  await new Promise<void>((done) => server.bind(0, '127.0.0.1', done));
  servers = [`127.0.0.1:${(server.address() as AddressInfo).port}`];
});
afterAll(() => void server.close());

/** Answers as a name server does (RFC 1035), from `records` by the first label; of other names it says nothing at all. */
function answerTo(question: Buffer): Buffer | undefined {
  const end = question.indexOf(0, 12) + 5;
  const type = question.readUInt16BE(end - 4);
  const name = question.toString('latin1', 13, 13 + (question[12] as number));
  asked.push(name);
  const wanted = records[name]?.filter((each) => each.type === type);
  if (!wanted) return undefined;
  const head = Buffer.from(question.subarray(0, end));
  head.writeUInt16BE(0x8180, 2);
  head.writeUInt16BE(wanted.length, 6);
  head.writeUInt16BE(0, 10);
  const answers = wanted.map(({ bytes }) =>
    Buffer.concat([Buffer.from([0xc0, 0x0c, 0, type, 0, 1, 0, 0, 0, 60, 0, bytes.length]), bytes]),
  );
  return Buffer.concat([head, ...answers]);
}

const never = () => new AbortController().signal;

test('a name leads to all of its addresses, of both kinds', async () => {
  const lookup = nameServers({ servers });
  const both = await lookup('both.example', never());
  expect(both.map(({ address, family }) => `${family} ${address}`).sort()).toEqual([
    '4 1.1.1.1',
    '4 10.0.0.1',
    '6 2606:4700::1111',
  ]);
  expect(await lookup('four.example', never())).toEqual([{ address: '8.8.8.8', family: 4 }]);
  await expect(lookup('none.example', never())).rejects.toMatchObject({ code: 'ENODATA' });
});

test('one address inside is enough to refuse the name', async () => {
  const post = safePoster({ reach: { local: false }, lookup: nameServers({ servers }) });
  expect(await post('https://both.example/', {}, '{}')).toMatchObject({ refused: true });
});

test('a silent name server ends with the time that there is, and holds none of the threads that files are read by', async () => {
  asked = [];
  const over = new AbortController();
  const lookup = nameServers({ servers });
  const searches = Array.from({ length: 8 }, (_, n) => lookup(`silent-${n}.example`, over.signal));
  const ended = Promise.allSettled(searches);
  let settled = false;
  void ended.then(() => void (settled = true));
  expect(await readFile(import.meta.filename, 'utf8')).toContain('silent-');
  expect(settled).toBe(false);
  over.abort();
  for (const each of await ended) expect(each).toMatchObject({ status: 'rejected', reason: { code: 'ECANCELLED' } });
  expect(asked.every((name) => name.startsWith('silent-'))).toBe(true);
});

test('deliveries ask no threads by default', async () => {
  const post = safePoster({ reach: { local: false }, deadlineMs: 50 });
  const outcome = post('https://receiver.example/', {}, '{}');
  expect(process.getActiveResourcesInfo().join(' ')).not.toMatch(/addrinfo/i);
  expect((await outcome).status).toBe(undefined);
});
