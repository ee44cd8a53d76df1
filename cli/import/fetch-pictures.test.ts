import { existsSync, readFileSync } from 'node:fs';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { fetchPictures, isPublicAddress } from './fetch-pictures.ts';

const png = Buffer.from('89504e470d0a1a0a0000', 'hex');
const closing: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

/** A host that answers by path. */
async function host(answer: RequestListener): Promise<string> {
  const server = createServer(answer);
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  closing.push(() => new Promise((done) => void server.close(() => done()).closeAllConnections()));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** As if this machine were somewhere else; 127.0.0.2 is not. */
const isPublic = (address: string) => address === '127.0.0.1';

/** What came of each address: its bytes, or why not. */
async function fetched(addresses: string[], options: { isPublic: (address: string) => boolean } = { isPublic }) {
  const { files, failed, close } = await fetchPictures(addresses, options);
  try {
    return [
      ...[...files].map(([address, file]) => [address, readFileSync(file)]),
      ...failed.map(({ file, reason }) => [file, reason]),
    ];
  } finally {
    close();
    for (const file of files.values()) expect(existsSync(file)).toBe(false);
  }
}

describe('a picture of another host', () => {
  it('is read, redirections too, and its file goes with the others', async () => {
    const url = await host((request, response) => {
      if (request.url === '/moved') response.writeHead(302, { location: '/a.png?size=1' }).end();
      else response.end(png);
    });
    expect(await fetched([`${url}/moved`])).toEqual([[`${url}/moved`, png]]);
  });

  it('is not read from this machine or a private network, whatever leads there', async () => {
    let asked = 0;
    const url = await host((_, response) => {
      asked++;
      response.writeHead(302, { location: 'http://127.0.0.2:1/' }).end();
    });
    const reason = 'its address is of a private network';
    expect(await fetched([`${url}/a`])).toEqual([[`${url}/a`, reason]]);
    expect(asked).toBe(1);
    const local = [
      url,
      url.replace('127.0.0.1', 'localhost'),
      'http://[::1]/a.png',
      'http://0x7f000001/',
      'http://[::ffff:7f00:1]/',
    ];
    expect(await fetched(local, { isPublic: isPublicAddress })).toEqual(
      expect.arrayContaining(local.map((each) => [each, reason])),
    );
    expect(asked).toBe(1);
  });

  it.each([
    ['too large', (response) => response.end(Buffer.concat([png, Buffer.alloc(10 * 1024 * 1024)])), 'it is too large'],
    ['said to be too large', (response) => response.writeHead(200, { 'content-length': 2e7 }).end(), 'it is too large'],
    ['no picture', (response) => response.end('<html>'), 'it is no picture'],
    ['gone', (response) => response.writeHead(404).end(), 'HTTP 404'],
    [
      'leading in a circle',
      (response) => response.writeHead(301, { location: '/' }).end(),
      'it leads on more than 5 times',
    ],
    [
      'leading to a file',
      (response) => response.writeHead(301, { location: 'file:///etc/passwd' }).end(),
      'its address begins with file:',
    ],
  ] satisfies [string, (response: Parameters<RequestListener>[1]) => void, string][])(
    'that is %s is not taken',
    async (_, answer, reason) => {
      const url = await host((_request, response) => answer(response));
      expect(await fetched([`${url}/`])).toEqual([[`${url}/`, reason]]);
    },
  );

  it('with a password in its address, or a scheme of another kind, is not asked for', async () => {
    const asked = await fetched(['http://ada:secret@127.0.0.1/', 'ftp://127.0.0.1/a.png', 'no address']);
    expect(Object.fromEntries(asked)).toEqual({
      'http://ada:secret@127.0.0.1/': 'its address has a password',
      'ftp://127.0.0.1/a.png': 'its address begins with ftp:',
      'no address': 'Invalid URL',
    });
  });
});

it.each([
  '10.1.2.3',
  '127.0.0.1',
  '169.254.169.254',
  '172.31.0.1',
  '192.168.1.1',
  '100.64.0.1',
  '0.0.0.0',
  '224.0.0.1',
  '255.255.255.255',
  '::',
  '::1',
  'fe80::1',
  'fd00::1',
  '::ffff:8.8.8.8',
  '64:ff9b::7f00:1',
  '2002:7f00:1::',
  'ff02::1',
  'x',
])('%s is not asked', (address) => expect(isPublicAddress(address)).toBe(false));
it.each(['8.8.8.8', '172.32.0.1', '2606:4700::1111'])('%s may be asked', (address) =>
  expect(isPublicAddress(address)).toBe(true),
);
