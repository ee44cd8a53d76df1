import { setPublicUrl } from '@dormouse/runtime/address';
import { newApp } from '@dormouse/runtime/app';
import { afterEach, expect, test } from 'vitest';
import { cookieToken, refreshCookie } from './refresh-cookie.ts';

afterEach(() => setPublicUrl(undefined));

const app = newApp()
  .post('/api/token', (c) => c.text(cookieToken(c) ?? ''))
  .get('/api/token', (c) => c.text(refreshCookie(c, 'new', 60)));
const ask = (method: string, headers: Record<string, string>) => app.request('/api/token', { method, headers });

const https = { 'x-client-origin': 'https://blog.example' };
const http = { 'x-client-origin': 'http://127.0.0.1:8080' };

test('the cookie has a name that only https can set, where readers use https', async () => {
  const secure = '__Secure-refresh_token=new; Max-Age=60; Path=/api/token; HttpOnly; Secure; SameSite=Strict';
  expect(await (await ask('GET', https)).text()).toBe(secure);
  expect(await (await ask('GET', http)).text()).toBe(
    'refresh_token=new; Max-Age=60; Path=/api/token; HttpOnly; SameSite=Strict',
  );
  setPublicUrl('https://blog.example');
  expect(await (await ask('GET', http)).text()).toBe(secure);
});

test('the cookie of a session from before it had that name is taken, unless there is one with it', async () => {
  const token = async (headers: Record<string, string>) => (await ask('POST', headers)).text();
  expect(await token({ ...https, cookie: 'refresh_token=before' })).toBe('before');
  expect(await token({ ...https, cookie: 'refresh_token=planted; __Secure-refresh_token=own' })).toBe('own');
  expect(await token({ ...http, cookie: 'refresh_token=plain; __Secure-refresh_token=own' })).toBe('plain');
});

test.each([
  [{ origin: 'https://blog.example' }, 200],
  [{ origin: 'http://blog.example' }, 403],
  [{ origin: 'https://evil.example' }, 403],
  [{ 'sec-fetch-site': 'same-origin' }, 200],
  [{ 'sec-fetch-site': 'same-site', origin: 'https://blog.example' }, 403],
])('behind a proxy that rewrites Host, %o answers %i', async (headers, status) => {
  setPublicUrl('https://blog.example');
  const sent = { ...http, cookie: 'refresh_token=token', ...headers } as Record<string, string>;
  expect((await ask('POST', sent)).status).toBe(status);
});
