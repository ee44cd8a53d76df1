import { expect, test } from 'vitest';
import { readConfig } from './config.ts';
import { parsePublicUrl } from './public-url.ts';

test.each([
  ['https://blog.example', 'https://blog.example'],
  ['HTTPS://Blog.Example:443/', 'https://blog.example'],
  ['http://127.0.0.1:8080/', 'http://127.0.0.1:8080'],
  ['http://[::1]:8080', 'http://[::1]:8080'],
  ['https://bücher.example', 'https://xn--bcher-kva.example'],
])('%s is the address of a site: %s', (text, origin) => expect(parsePublicUrl(text)).toBe(origin));

test.each([
  ['blog.example', 'not an address such as https://blog.example'],
  ['ftp://blog.example', 'not an address'],
  ['https://', 'not an address'],
  ['https://blog.example/blog', 'must have no path'],
  ['https://blog.example/?x', 'must have no path'],
  ['https://ada:secret@blog.example', 'must have no user and no password'],
  ['https://*.example', 'is not the name of a host'],
])('%s is none, for a reason', (text, reason) => expect(() => parsePublicUrl(text)).toThrow(reason));

test('a password in it is not repeated', () => {
  expect(() => parsePublicUrl('https://ada:secret@blog.example')).not.toThrow('secret');
});

test('it is read from PUBLIC_URL, and is no function', () => {
  const config = readConfig({ K_SERVICE: 'x', PUBLIC_URL: 'https://blog.example/' });
  expect([config.publicUrl, config.urls]).toEqual(['https://blog.example', {}]);
  expect(readConfig({ K_SERVICE: 'x', PUBLIC_URL: '' }).publicUrl).toBeUndefined();
  expect(() => readConfig({ K_SERVICE: 'x', PUBLIC_URL: 'x' })).toThrow(
    'the environment variable PUBLIC_URL: not an address',
  );
});
