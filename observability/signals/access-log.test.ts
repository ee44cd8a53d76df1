import { describe, expect, test } from 'vitest';
import { type AccessLog, isAccessLogged, loggedAddress, readAccessLog } from './access-log.ts';

describe('the settings of the access log', () => {
  test('say nothing by default', () => {
    expect(readAccessLog({})).toEqual({ requests: 'none', address: 'none' });
    expect([200, 401, 500].map((status) => isAccessLogged(readAccessLog({}), status))).toEqual([false, false, false]);
  });

  test.each([
    ['refusals', [false, true, true, false, true, false]],
    ['all', [true, true, true, true, true, true]],
  ])('ACCESS_LOG=%s', (requests, logged) => {
    const log = readAccessLog({ ACCESS_LOG: requests });
    expect([200, 401, 403, 404, 429, 500].map((status) => isAccessLogged(log, status))).toEqual(logged);
  });

  test.each([
    ['ACCESS_LOG', 'yes'],
    ['ACCESS_LOG_ADDRESS', 'half'],
  ])('%s=%s stops the start by its name', (name, value) =>
    expect(() => readAccessLog({ [name]: value })).toThrow(name),
  );
});

describe('a client’s address in a line', () => {
  test.each([
    ['none', '192.0.2.7', undefined],
    ['full', '192.0.2.7', '192.0.2.7'],
    ['network', '192.0.2.7', '192.0.2.0/24'],
    ['network', '::ffff:192.0.2.7', '192.0.2.0/24'],
    ['network', '2001:db8:1:2::7', '2001:db8:1::/48'],
    ['network', '2001:db8::7', '2001:db8:0::/48'],
    ['network', '::1', '0:0:0::/48'],
    ['network', 'not an address', undefined],
    ['full', undefined, undefined],
  ] as const)('%s of %s is %s', (address, client, said) => {
    const log: AccessLog = { requests: 'all', address };
    expect(loggedAddress(log, client)).toBe(said);
  });
});
