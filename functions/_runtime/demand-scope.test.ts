import { expect, test } from 'vitest';
import { empty, route } from './api.ts';
import { newApp } from './app.ts';
import { authenticate } from './auth.ts';
import type { Caller } from './caller.ts';

const responses = () => ({ 200: empty('Done.') });
const api = {
  read: route('GET /things/:id', { summary: '', roles: 'any', personal: 'posts:read', responses }),
  mine: route('GET /things/mine', { summary: '', roles: 'any', personal: 'account:read', responses }),
  write: route('POST /things', { summary: '', roles: ['author'], personal: 'posts:write', responses }),
  remove: route('DELETE /things/:id', { summary: '', roles: 'any', responses }),
  open: route('GET /open', { summary: '', responses }),
  either: route('GET /either', { summary: '', optionalToken: true, responses }),
};

/** Tokens are their scopes, with ~ for what a header cannot have; `session` is a log-in. */
const tokens = {
  verify: async (token: string): Promise<Caller> => ({
    id: 1,
    name: 'ada',
    role: 'author',
    jti: 'j',
    exp: 9e9,
    token,
    ...(token === 'session'
      ? { scopes: [] }
      : { scopes: token.replaceAll('~', ':').split('.'), limited: true as const }),
  }),
};

function app(described = true) {
  const made = newApp();
  if (described) made.use(authenticate(tokens, api));
  else made.use(authenticate(tokens));
  return made
    .get('/things/mine', (c) => c.text(c.var.caller?.name ?? 'nobody'))
    .get('/things/:id', (c) => c.text(c.var.caller?.name ?? 'nobody'))
    .delete('/things/:id', (c) => c.text('gone'))
    .post('/things', (c) => c.text('made'))
    .get('/open', (c) => c.text(c.var.caller?.name ?? 'nobody'))
    .get('/either', (c) => c.text(c.var.caller?.name ?? 'nobody'))
    .get('/undescribed', (c) => c.text('undescribed'));
}

const ask = async (method: string, path: string, token: string, described = true) => {
  const response = await app(described).request(path, {
    method,
    headers: { authorization: `Bearer ${token.replaceAll(':', '~')}` },
  });
  return `${response.status} ${response.status === 200 ? await response.text() : ''}`.trim();
};

test('a personal access token may do what one of its scopes is for', async () => {
  expect(await ask('GET', '/things/1', 'posts:read')).toBe('200 ada');
  expect(await ask('HEAD', '/things/1', 'posts:read')).toBe('200');
  expect(await ask('POST', '/things', 'posts:read.posts:write')).toBe('200 made');
});

test.each([
  ['GET', '/things/1', 'posts:write'],
  ['HEAD', '/things/1', 'posts:write'],
  ['POST', '/things', 'posts:read'],
  ['GET', '/things/mine', 'posts:read'],
  ['DELETE', '/things/1', 'posts:read.posts:write.account:read'],
  ['GET', '/either', 'posts:read'],
  ['GET', '/undescribed', 'posts:read'],
  ['GET', '/nowhere', 'posts:read'],
  ['PUT', '/things/1', 'posts:read'],
  ['GET', '/things/1', 'import'],
  ['GET', '/things/1', 'posts'],
  ['GET', '/things/1', 'POSTS:READ'],
  ['GET', '/things/1', '.'],
])('%s %s is refused to the scopes %s', async (...request) => expect(await ask(...request)).toBe('403'));

test('a function that describes nothing takes no personal access token', async () => {
  expect(await ask('GET', '/things/1', 'posts:read', false)).toBe('403');
  expect(await ask('GET', '/things/1', 'session', false)).toBe('200 ada');
});

test('where a token changes nothing, it is nobody’s', async () => {
  expect(await ask('GET', '/open', 'posts:read')).toBe('200 nobody');
});

test('a log-in needs no scope', async () => {
  for (const [method, path] of [
    ['GET', '/things/mine'],
    ['DELETE', '/things/1'],
    ['GET', '/undescribed'],
  ] as const)
    expect(await ask(method, path, 'session')).toMatch(/^200/);
});
