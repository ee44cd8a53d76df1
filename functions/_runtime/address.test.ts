import { Hono } from 'hono';
import { afterEach, expect, test } from 'vitest';
import { cameFromOutside, clientAddress, trustHeader } from './address.ts';

const app = new Hono().get('/', (c) => c.json({ address: clientAddress(c), outside: cameFromOutside(c) }));
const ask = async (headers: Record<string, string>) => (await app.request('/', { headers })).json();
afterEach(() => trustHeader('x-client-address'));

const said = { 'x-client-address': '203.0.113.7' };

test('without a secret the ingress is believed as it is', async () => {
  expect(await ask(said)).toEqual({ address: '203.0.113.7', outside: true });
});

test('with a secret it is believed with it', async () => {
  trustHeader('x-client-address', 'secret');
  expect(await ask({ ...said, 'x-client-proof': 'secret' })).toEqual({ address: '203.0.113.7', outside: true });
});

test.each<[string, Record<string, string>]>([
  ['no proof', {}],
  ['a gateway that has no secret', { 'x-client-proof': '-' }],
  ['an empty one', { 'x-client-proof': '' }],
  ['another one', { 'x-client-proof': 'secrets' }],
])(
  'with a secret %s says nothing: the address is the connection’s, and the request still from outside',
  async (_, proof) => {
    trustHeader('x-client-address', 'secret');
    expect(await ask({ ...said, ...proof })).toEqual({ address: 'unknown', outside: true });
  },
);
