import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Container, Volume } from '@dormouse/manifests/model';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { canonical, resolveCommandLine, resolveEnvironment, resolveVolumes } from './environment.ts';

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
const whole = (container: Partial<Container>): Container => ({
  image: 'x',
  command: [],
  args: [],
  env: [],
  volumes: [],
  ...container,
});
const options = () => ({
  platform,
  home,
  addressOf: (address: string) =>
    address === 'http://posts.blog.svc.cluster.local' ? 'http://127.0.0.1:1234' : undefined,
  unresolved: (address: string) => unresolved.push(address),
});
const resolve = (container: Partial<Container>) => resolveEnvironment('web', 'blog', whole(container), options());

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

  it('expands references to what stands before, as Kubernetes does', () => {
    const env = resolve({
      env: [
        { kind: 'value', name: 'EARLY', value: '$(ONE)' },
        { kind: 'secretKey', name: 'ONE', from: 'own', key: 'KEY', optional: false },
        { kind: 'value', name: 'FROM_SECRET', value: '[$(ONE)]' },
        { kind: 'value', name: 'FROM_CONFIG_MAP', value: 'level=$(LEVEL)' },
        { kind: 'value', name: 'ESCAPED', value: '$$(ONE) $(NONE)' },
        { kind: 'value', name: 'OF_THE_IMAGE', value: '$(PATH) $(PORT)' },
        { kind: 'value', name: 'URL', value: '$(POSTS_URL)/y' },
        { kind: 'configMap', from: 'platform', prefix: '', optional: false },
      ],
    });
    expect(env).toMatchObject({
      EARLY: '$(ONE)',
      FROM_SECRET: '[value]',
      FROM_CONFIG_MAP: 'level=info',
      ESCAPED: '$(ONE) $(NONE)',
      OF_THE_IMAGE: '$(PATH) $(PORT)',
      URL: 'http://127.0.0.1:1234/x/y',
    });
  });

  it('has the fields of the Pod that a process can have', () => {
    const env = resolve({
      env: [
        { kind: 'field', name: 'NAMESPACE', path: 'metadata.namespace' },
        { kind: 'field', name: 'IP', path: 'status.podIP' },
        { kind: 'value', name: 'BOTH', value: '$(NAMESPACE)@$(IP)' },
      ],
    });
    expect(env).toMatchObject({ NAMESPACE: 'blog', IP: '127.0.0.1', BOTH: 'blog@127.0.0.1' });
  });

  it('expands the command line, by PORT too', () => {
    const container = whole({
      command: ['serve', '$(LEVEL)'],
      args: ['--port=$(PORT)', '$$(PORT)', '$(HOME)', 'http://posts.blog.svc/z'],
      env: [{ kind: 'value', name: 'LEVEL', value: 'debug' }],
    });
    expect(resolveCommandLine('web', 'blog', container, { PORT: '8080' }, options())).toEqual({
      command: ['serve', 'debug'],
      args: ['--port=8080', '$(PORT)', '$(HOME)', 'http://127.0.0.1:1234/z'],
    });
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
    const folder = join(home, 'volumes/blog_web/media');
    expect(env).toMatchObject({ MEDIA_DIR: folder, BELOW: join(folder, 'small'), BESIDE: '/var/media-other' });
    expect(existsSync(folder)).toBe(true);
  });

  it('keeps volumes of one name in two namespaces apart, and takes over what has no namespace once', () => {
    const media: Volume = { name: 'media', mountPath: '/var/media', readOnly: false, source: { kind: 'emptyDir' } };
    const container = whole({ volumes: [media] });
    mkdirSync(join(home, 'volumes/shop/media'), { recursive: true });
    writeFileSync(join(home, 'volumes/shop/media/kept'), '');
    const of = (namespace: string) => resolveVolumes('shop', namespace, container, options())[0]!.from;
    expect(readdirSync(of('one'))).toEqual(['kept']);
    expect(readdirSync(of('two'))).toEqual([]);
    expect(readdirSync(join(home, 'volumes')).filter((name) => name.includes('shop'))).toEqual([
      'one_shop',
      'two_shop',
    ]);
  });

  it('has one folder for a claim, whoever names it', () => {
    const reviews: Volume = { name: 'r', mountPath: '/r', readOnly: false, source: { kind: 'claim', from: 'reviews' } };
    const container = whole({ volumes: [reviews] });
    const folders = ['a', 'b'].flatMap((service) => resolveVolumes(service, 'blog', container, options()));
    const from = join(home, 'volumes/blog__reviews');
    expect(folders).toEqual(Array(2).fill({ from, mountPath: '/r', readOnly: false }));
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

  it('has the Secret of its own namespace: of the manifests, or NAMESPACE_NAME before NAME of the folder of data', () => {
    const write = (folder: string, value: string) => {
      mkdirSync(join(home, 'secrets', folder), { recursive: true });
      writeFileSync(join(home, 'secrets', folder, 'KEY'), value);
    };
    const keyIn = (namespace: string, from = 'own') => {
      const env = [{ kind: 'secretKey', name: 'ONE', from, key: 'KEY', optional: false }] as const;
      const source = { kind: 'secret', from, optional: false } as const;
      const container = whole({ env, volumes: [{ name: 'v', mountPath: '/v', readOnly: false, source }] });
      const [volume] = resolveVolumes('web', namespace, container, options());
      const { ONE } = resolveEnvironment('web', namespace, container, options());
      expect(readFileSync(join(volume!.from, 'KEY'), 'utf8')).toBe(ONE);
      return ONE;
    };
    write('own', 'of all');
    expect([keyIn('blog'), keyIn('shop')]).toEqual(['value', 'of all']);
    write('shop_own', 'of shop');
    expect([keyIn('blog'), keyIn('shop'), keyIn('other')]).toEqual(['value', 'of shop', 'of all']);
    write('blog_own', 'put there');
    expect(keyIn('blog')).toBe('put there');
    expect(readFileSync(join(home, 'secrets/own/KEY'), 'utf8')).toBe('of all');
  });
});
