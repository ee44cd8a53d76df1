import type { LookupAddress } from 'node:dns';
import { createServer, type Server } from 'node:http';
import { type AddressInfo, createServer as createTcpServer } from 'node:net';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { safePoster } from './post-safely.ts';
import { isPublicAddress } from './public-address.ts';
import { refuser } from './refuse.ts';
import { insideMessage } from './target.ts';

/** What is inside: a server on every address of this machine, which nobody may reach. */
let inner: Server;
let port: number;
let reached: string[] = [];
beforeAll(async () => {
  inner = createServer((request, response) => {
    reached.push(`${request.method} ${request.headers.host}${request.url}`);
    if (request.url === '/away') response.writeHead(302, { location: `http://127.0.0.1:${port}/inside` }).end();
    else if (request.url === '/endless') {
      const more = () => void (response.write('x'.repeat(65_536)) ? setImmediate(more) : response.once('drain', more));
      more();
    } else if (request.url === '/status/410') response.writeHead(410).end('gone\u0000 away');
    else if (request.url === '/drip') response.writeHead(200).write('.');
    else if (request.url !== '/silent') response.end('thanks');
  });
  inner.on('connection', (socket) => socket.on('error', () => {}));
  await new Promise<void>((done) => inner.listen(0, '::', done));
  port = (inner.address() as AddressInfo).port;
});
afterAll(() => {
  inner.closeAllConnections();
  inner.close();
});
beforeEach(() => void (reached = []));

const to =
  (...addresses: string[]) =>
  async (): Promise<LookupAddress[]> =>
    addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 }));
const outside = safePoster({ reach: { local: false } });
const local = (deadlineMs = 5000, lookup = to('127.0.0.1')) =>
  safePoster({ reach: { local: true }, deadlineMs, lookup });

/** Addresses as a URL may write them, each leading to this machine, its networks, or a cloud's metadata. */
const hostile = [
  '127.0.0.1',
  '127.0.0.1.',
  '127.1',
  '127.255.255.254',
  '2130706433',
  '0x7f000001',
  '0x7f.1',
  '0177.0.0.1',
  '017700000001',
  '%31%32%37.0.0.1',
  '１２７.０.０.１',
  '127。0。0。1',
  '0.0.0.0',
  '0',
  '10.0.0.1',
  '10.96.0.1',
  '100.64.0.1',
  '100.100.100.200',
  '168.63.129.16',
  '169.254.169.254',
  '172.16.0.1',
  '172.31.255.255',
  '192.0.0.192',
  '192.168.1.1',
  '198.18.0.1',
  '198.51.100.7',
  '203.0.113.7',
  '224.0.0.1',
  '255.255.255.255',
  '[::1]',
  '[::]',
  '[0:0:0:0:0:0:0:1]',
  '[::ffff:127.0.0.1]',
  '[::ffff:7f00:1]',
  '[::127.0.0.1]',
  '[::ffff:0:127.0.0.1]',
  '[64:ff9b::127.0.0.1]',
  '[64:ff9b:1::10.0.0.1]',
  '[100::1]',
  '[2001::7f00:1]',
  '[2001:db8::1]',
  '[2002:7f00:1::]',
  '[2001:4860::5efe:10.0.0.1]',
  '[2001:4860::200:5efe:7f00:1]',
  '[3fff::1]',
  '[5f00::1]',
  '[fc00::1]',
  '[fd00:ec2::254]',
  '[fe80::1]',
  '[fec0::1]',
  '[ff02::1]',
  'localhost',
  'LOCALHOST',
  'localhost.',
  'a.localhost',
  'metadata.google.internal',
  'kubernetes.default.svc',
  'webhooks.dormouse.svc.cluster.local',
  'journal',
  'router.lan',
];

describe('of hostile addresses', () => {
  test('none is reached, and none is taken', async () => {
    expect(hostile.length).toBeGreaterThan(40);
    const refuse = refuser({ reach: { local: false }, lookup: to('127.0.0.1') });
    for (const host of hostile) {
      const url = `https://${host}:${port}/`;
      expect([host, await refuse(url)]).toEqual([host, insideMessage]);
      expect([host, await outside(url, {}, '{}')]).toMatchObject([host, { refused: true }]);
      // http as well, had an earlier release taken it.
      expect([host, await outside(`http://${host}:${port}/`, {}, '{}')]).toMatchObject([host, { refused: true }]);
    }
    expect(reached).toEqual([]);
  });

  test.each([
    ['http://receiver.example/', 'must begin with https://'],
    ['ftp://receiver.example/', 'must begin with https://'],
    ['file:///etc/passwd', 'must begin with https://'],
    ['https://ann:secret@receiver.example/', 'must not have a user name or a password'],
    ['https://receiver.example:25/', 'must have no port, or one above 1023'],
    ['https://receiver.example/#a', 'must not have a fragment'],
    ['receiver.example', 'must be an absolute address'],
    ['https://', 'must be an absolute address'],
  ])('%s is refused', async (url, message) => {
    expect(await refuser({ reach: { local: false }, lookup: to('1.1.1.1') })(url)).toBe(message);
    expect(await outside(url, {}, '{}')).toMatchObject({ refused: true });
  });

  test('those that a name leads to are refused, also where only one of them is inside', async () => {
    for (const addresses of [['127.0.0.1'], ['::1'], ['::ffff:127.0.0.1'], ['1.1.1.1', '10.0.0.1'], ['fe80::1%eth0']]) {
      const post = safePoster({ reach: { local: false }, lookup: to(...addresses) });
      expect([addresses, await post(`https://receiver.example:${port}/`, {}, '{}')]).toMatchObject([
        addresses,
        { refused: true },
      ]);
      const refuse = refuser({ reach: { local: false }, lookup: to(...addresses) });
      expect(await refuse('https://receiver.example/')).toBe(insideMessage);
    }
    expect(reached).toEqual([]);
  });
});

test('addresses of the public Internet are taken', async () => {
  for (const address of [
    '1.1.1.1',
    '8.8.8.8',
    '172.32.0.1',
    '100.128.0.1',
    '192.0.1.1',
    '2606:4700::1111',
    '2a00:1450:4001::5e',
  ])
    expect([address, isPublicAddress(address)]).toEqual([address, true]);
  const refuse = refuser({ reach: { local: false }, lookup: to('1.1.1.1') });
  for (const url of ['https://receiver.example/hooks?a=b', 'https://[2606:4700::1111]:8443/', 'https://1.1.1.1/'])
    expect([url, await refuse(url)]).toEqual([url, undefined]);
  // It may lead somewhere tomorrow.
  expect(
    await refuser({ reach: { local: false }, lookup: () => Promise.reject(new Error('ENOTFOUND')) })(
      'https://later.example/',
    ),
  ).toBe(undefined);
});

test('a name is looked up once, and what it leads to a moment later is nothing to the connection', async () => {
  const answers = [['127.0.0.1'], ['10.0.0.1']];
  let asked = 0;
  const post = local(5000, async () => to(...answers[asked++]!)());
  expect(await post(`http://receiver.example:${port}/`, { 'x-a': 'b' }, '{}')).toMatchObject({
    status: 200,
    answer: 'thanks',
  });
  expect(asked).toBe(1);
  expect(reached).toEqual([`POST receiver.example:${port}/`]);
});

test('a redirect is an answer, and leads nowhere', async () => {
  expect(await local()(`http://receiver.example:${port}/away`, {}, '{}')).toMatchObject({ status: 302 });
  expect(reached).toEqual([`POST receiver.example:${port}/away`]);
});

test('of an endless answer a KiB is read, of one that drips what came within the deadline, and a silent one ends', async () => {
  const endless = await local()(`http://receiver.example:${port}/endless`, {}, '{}');
  expect([endless.status, endless.answer?.length]).toEqual([200, 1024]);
  expect(await local(300)(`http://receiver.example:${port}/drip`, {}, '{}')).toMatchObject({
    status: 200,
    answer: '.',
  });
  const silent = await local(300)(`http://receiver.example:${port}/silent`, {}, '{}');
  expect(silent).toMatchObject({ error: 'no answer within 300 ms' });
  expect(silent.status).toBe(undefined);
  const unknown = local(300, () => new Promise(() => {}));
  expect(await unknown('http://receiver.example/', {}, '{}')).toMatchObject({ error: 'no answer within 300 ms' });
});

test('what an answer says is kept as text that a database takes', async () => {
  expect(await local()(`http://receiver.example:${port}/status/410`, {}, '{}')).toMatchObject({
    status: 410,
    answer: 'gone\ufffd away',
  });
});

test.each([
  '',
  'HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: x\r\n\r\n',
  'nonsense\r\n\r\n',
  `HTTP/1.1 200 OK\r\n${'a: b\r\n'.repeat(20_000)}`,
])('an answer that is none is an error (%#)', async (answer) => {
  const server = createTcpServer((socket) => socket.on('error', () => {}).on('data', () => socket.end(answer)));
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const { port: at } = server.address() as AddressInfo;
  const outcome = await local()(`http://receiver.example:${at}/`, {}, '{}');
  expect([outcome.status, typeof outcome.error]).toEqual([undefined, 'string']);
  server.close();
});

test('a receiver that does not listen is an error', async () => {
  expect((await local()('http://receiver.example:1025/', {}, '{}')).error).toMatch(/^ECONNREFUSED/);
});
