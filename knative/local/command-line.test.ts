import { parsePublicUrl } from '@dormouse/runtime/public-url';
import { describe, expect, it } from 'vitest';
import { type GivenSettings, readSettings } from './command-line.ts';

const read = (given: GivenSettings, env: Record<string, string> = {}) =>
  readSettings(given, env, '/project', parsePublicUrl);

describe('the settings of the platform', () => {
  it('have defaults', () => {
    expect(read({})).toEqual({
      port: 8080,
      consolePort: 8081,
      host: '127.0.0.1',
      home: '/project/.dormouse',
      overlay: '/project/knative/overlays/local',
      verbose: false,
      watch: true,
      prewarmed: true,
      inspect: [],
      observe: undefined,
      alertWebhook: undefined,
      publicUrl: undefined,
      trustedProxies: undefined,
      accessLog: { requests: 'none', address: 'none' },
      sharedCache: 0,
    });
  });

  it('are what was given, whatever the environment says', () => {
    const env = { PORT: '1', CONSOLE_PORT: '2', DORMOUSE_HOME: '/home' };
    expect(read({}, env)).toMatchObject({ port: 1, consolePort: 2, home: '/home' });
    const given = {
      port: 3,
      consolePort: 4,
      home: '/other',
      watch: false,
      prewarmed: false,
      verbose: true,
      host: '::1',
    };
    expect(read({ ...given, overlay: 'x' }, env)).toMatchObject({ ...given, overlay: 'x' });
  });

  it('sends telemetry to the given address, by flag or by OpenTelemetry’s variable', () => {
    const env = { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://a:4318' };
    expect(read({}, env).observe).toBe('http://a:4318');
    expect(read({ observe: 'http://b:4318' }, env).observe).toBe('http://b:4318');
  });

  it('tells the given address of alerts, by flag or by the environment', () => {
    const env = { ALERT_WEBHOOK: 'https://a/hook/' };
    expect(read({}, env).alertWebhook).toBe('https://a/hook/');
    expect(read({ alertWebhook: 'http://b' }, env).alertWebhook).toBe('http://b');
    expect(() => read({}, { ALERT_WEBHOOK: 'a/hook' })).toThrow('ALERT_WEBHOOK: a/hook is not an http URL');
  });

  it('has the address of the site and the proxies, by flag or by the environment', () => {
    const env = { PUBLIC_URL: 'https://Blog.Example:443/', TRUST_PROXY: '127.0.0.1/8, ::1' };
    expect(read({}, env).publicUrl).toBe('https://blog.example');
    expect(read({ publicUrl: 'https://other.example' }, env).publicUrl).toBe('https://other.example');
    expect(read({}, env).trustedProxies?.check('::1', 'ipv6')).toBe(true);
    expect(read({ trustProxy: ['10.0.0.1'] }, env).trustedProxies?.check('127.0.0.1', 'ipv4')).toBe(false);
    expect(read({}, { PUBLIC_URL: '', TRUST_PROXY: '' })).toEqual(read({}));
  });

  it('logs requests by flag or by the environment', () => {
    const env = { ACCESS_LOG: 'refusals', ACCESS_LOG_ADDRESS: 'network' };
    expect(read({}, env).accessLog).toEqual({ requests: 'refusals', address: 'network' });
    expect(read({ accessLog: 'all' }, env).accessLog).toEqual({ requests: 'all', address: 'network' });
    expect(() => read({}, { ACCESS_LOG: 'some' })).toThrow('ACCESS_LOG');
  });

  it('has memory for answers, by flag or by the environment', () => {
    const env = { SHARED_CACHE: '64' };
    expect(read({}, env).sharedCache).toBe(64);
    expect(read({ sharedCache: 0 }, env).sharedCache).toBe(0);
  });

  it.each([
    [{ SHARED_CACHE: '32M' }, 'SHARED_CACHE: 32M is not a whole number from 0 to 4096'],
    [{ SHARED_CACHE: '4097' }, 'SHARED_CACHE: 4097 is not'],
    [{ PUBLIC_URL: 'blog.example' }, 'PUBLIC_URL: not an address such as https://blog.example'],
    [
      { PUBLIC_URL: 'https://a.example/blog' },
      'PUBLIC_URL: must have no path: the site is at the root of its host, https://a.example',
    ],
    [{ TRUST_PROXY: 'nginx' }, 'TRUST_PROXY: nginx: not an address or a network'],
    [{ PORT: '70000' }, 'PORT: 70000 is not a port'],
    [{ CONSOLE_PORT: 'x' }, 'CONSOLE_PORT: x is not a port'],
    [
      { OTEL_EXPORTER_OTLP_ENDPOINT: 'collector:4318' },
      'OTEL_EXPORTER_OTLP_ENDPOINT: collector:4318 is not an http URL',
    ],
  ])('rejects the environment %j in one line', (env, message) => {
    expect(() => read({}, env)).toThrow(message);
  });
});
