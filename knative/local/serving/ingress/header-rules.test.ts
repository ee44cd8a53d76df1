import { expect, test } from 'vitest';
import { compileFields } from './header-rules.ts';

const origin = { file: 'gateway.yaml', line: 1 };
const client = { address: '203.0.113.7', host: 'blog.example', proto: 'https' };
const value = (text: string, env = {}) =>
  compileFields({ set: { 'X-Said': text }, add: {}, remove: [] }, origin, env)(client);

test.each([
  ['%DOWNSTREAM_REMOTE_ADDRESS_WITHOUT_PORT%', '203.0.113.7'],
  ['%REQ(X-FORWARDED-PROTO)%://%REQ(:AUTHORITY)%', 'https://blog.example'],
  ['100%%', '100%'],
  ['a %ENVIRONMENT(PROOF)% b', 'a %REQ(:AUTHORITY)% b'],
  ['%ENVIRONMENT(NONE)%', '-'],
])('%s is %s', (text, said) => {
  expect(value(text, { PROOF: '%REQ(:AUTHORITY)%' })).toEqual(['x-said', said]);
});

test.each(['%START_TIME%', '%ENVIRONMENT(A', '100%', '%ENVIRONMENT(A:B)%'])('%s is rejected by name', (text) => {
  expect(() => value(text)).toThrow(/x-said: % ?.*is not understood; known are|is not understood/i);
});
