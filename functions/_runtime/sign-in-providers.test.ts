import { expect, test } from 'vitest';
import { secretVariable, signInProviders } from './sign-in-providers.ts';

test('GitHub and Google are known by their names, others say their issuer', () => {
  const text = JSON.stringify([
    { name: 'github', client_id: 'a' },
    { name: 'google', client_id: 'b' },
    { name: 'our-own', label: 'Ours', client_id: 'c', issuer: 'https://sso.example.org/realms/x', secret_in: 'basic' },
  ]);
  expect(signInProviders(text)).toMatchObject([
    { name: 'github', label: 'GitHub', issuer: 'https://github.com/login/oauth', type: 'github', secretIn: 'post' },
    { name: 'google', label: 'Google', issuer: 'https://accounts.google.com', type: 'openid', clientId: 'b' },
    { name: 'our-own', label: 'Ours', issuer: 'https://sso.example.org/realms/x', type: 'openid', secretIn: 'basic' },
  ]);
  expect([signInProviders(''), secretVariable('our-own')]).toEqual([[], 'OAUTH_SECRET_OUR_OWN']);
});

test.each([
  ['{', 'is no JSON'],
  ['{}', 'is no JSON list'],
  ['[3]', 'no object'],
  ['[{"name":"../x"}]', 'without a name'],
  ['[{"name":"lookup","client_id":"a"}]', 'lookup is an address of its own'],
  ['[{"name":"google"}]', 'google: client_id is missing'],
  ['[{"name":"google","client_id":"a","secret":"b"}]', 'google: secret is none of'],
  ['[{"name":"x","client_id":"a"}]', 'x: issuer is missing'],
  ['[{"name":"x","client_id":"a","issuer":"http://sso.example.org"}]', 'x: issuer must begin with https://'],
  ['[{"name":"x","client_id":"a","issuer":"https://sso.example.org/?a"}]', 'x: issuer has a query'],
  ['[{"name":"x","client_id":"a","issuer":"sso"}]', 'x: issuer is no address'],
  ['[{"name":"x","client_id":"a","issuer":"https://a.example","type":"saml"}]', 'x: type is neither'],
  ['[{"name":"x","client_id":"a","issuer":"https://a.example","secret_in":"url"}]', 'x: secret_in is neither'],
  ['[{"name":"google","client_id":"a"},{"name":"google","client_id":"b"}]', 'google is there twice'],
])('%s is refused', (text, message) => {
  expect(() => signInProviders(text)).toThrow(`OAUTH_PROVIDERS: ${message.startsWith('is') ? message : ''}`);
  expect(() => signInProviders(text)).toThrow(message);
});
