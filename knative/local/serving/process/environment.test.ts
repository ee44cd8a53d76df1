import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Container } from '@dormouse/manifests/model';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { canonical, resolveEnvironment } from './environment.ts';

let home: string;
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'dormouse-environment-'));
});
afterEach(() => rmSync(home, { recursive: true, force: true }));

const platform = {
  configMaps: new Map([['blog/platform', { POSTS_URL: 'http://posts.blog.svc.cluster.local/x', LEVEL: 'info' }]]),
  secrets: new Map([['blog/own', { KEY: 'value' }]]),
};
const unresolved: string[] = [];
const resolve = (container: Partial<Container>) =>
  resolveEnvironment(
    'web',
    'blog',
    { image: 'x', command: [], args: [], env: [], volumes: [], ...container },
    {
      platform,
      home,
      addressOf: (address) => (address === 'http://posts.blog.svc.cluster.local' ? 'http://127.0.0.1:1234' : undefined),
      unresolved: (address) => unresolved.push(address),
    },
  );

describe('the environment of an instance', () => {
  it('is gathered from ConfigMaps, Secrets and values; env wins over envFrom', () => {
    const env = resolve({
      env: [
        { kind: 'value', name: 'LEVEL', value: 'debug' },
        { kind: 'configMap', from: 'platform', prefix: '', optional: false },
        { kind: 'secret', from: 'own', prefix: 'MY_', optional: false },
        { kind: 'secretKey', name: 'ONE', from: 'own', key: 'KEY', optional: false },
        { kind: 'secret', from: 'missing', prefix: '', optional: true },
      ],
    });
    expect(env).toMatchObject({ LEVEL: 'debug', MY_KEY: 'value', ONE: 'value', POSTS_URL: 'http://127.0.0.1:1234/x' });
  });

  it('names what is missing', () => {
    expect(() => resolve({ env: [{ kind: 'secret', from: 'missing', prefix: '', optional: false }] })).toThrow(
      'there is no Secret missing',
    );
    expect(() =>
      resolve({ env: [{ kind: 'configMapKey', name: 'A', from: 'platform', key: 'B', optional: false }] }),
    ).toThrow('ConfigMap platform has no key B');
  });

  it('has the folder of this machine where a volume is mounted', () => {
    const env = resolve({
      env: [
        { kind: 'value', name: 'MEDIA_DIR', value: '/var/media' },
        { kind: 'value', name: 'BELOW', value: '/var/media/small' },
        { kind: 'value', name: 'BESIDE', value: '/var/media-other' },
      ],
      volumes: [{ name: 'media', mountPath: '/var/media', readOnly: false, source: { kind: 'emptyDir' } }],
    });
    const folder = join(home, 'volumes/web/media');
    expect(env).toMatchObject({ MEDIA_DIR: folder, BELOW: join(folder, 'small'), BESIDE: '/var/media-other' });
    expect(existsSync(folder)).toBe(true);
  });

  it('keeps unknown addresses, and reports them', () => {
    expect(resolve({ env: [{ kind: 'value', name: 'A', value: 'http://other.blog.svc.cluster.local:80/x' }] }).A).toBe(
      'http://other.blog.svc.cluster.local:80/x',
    );
    expect(unresolved).toEqual(['http://other.blog.svc.cluster.local:80']);
  });

  it('knows an address however it is written', () => {
    expect(
      ['http://a.b.svc', 'http://a.b.svc.cluster.local:80', 'http://a.b.svc.cluster.local'].map(canonical),
    ).toEqual(Array(3).fill('http://a.b.svc.cluster.local'));
  });
});
