import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { needs, skippedFor } from '@dormouse/tests/needs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type ImageConfig, type Layer, layerOf, writeArchive } from './archive.ts';
import type { BuiltImage } from './built-images.ts';
import { type LocalRegistry, missingForRegistry, startRegistry, trustEverything } from './local-registry.fixture.ts';
import { push, type Run } from './push.ts';

const missing = [...missingForRegistry(), ...(needs('skopeo').meta?.missing ?? [])];
const config: ImageConfig = { User: '1:1', WorkingDir: '/', Entrypoint: ['/a'], Env: ['A=b'], Labels: {} };

describe('in a registry', skippedFor(missing), () => {
  let work: string;
  let registry: LocalRegistry;
  let layer: Layer;
  let image: BuiltImage;

  const run: Run = (program, ...args) =>
    void execFileSync(program, args, { cwd: work, env: { PATH: process.env.PATH, HOME: work }, stdio: 'pipe' });
  const pull = (to: string, digest = image.digest) =>
    run('skopeo', 'copy', '--src-tls-verify=false', `docker://${registry.host}/d/a@${digest}`, `dir:${to}`);
  const pushed = (file: string, how: ImageConfig): BuiltImage => {
    const name = `${registry.host}/d/a:1`;
    const archive = join(work, file);
    const built = { name, file, digest: writeArchive(archive, name, [layer], how) };
    push(built, archive, { run, plainHttp: true });
    return built;
  };

  beforeAll(async () => {
    work = mkdtempSync(join(tmpdir(), 'pushed-'));
    trustEverything(work);
    registry = await startRegistry();
    mkdirSync(join(work, 'root'));
    writeFileSync(join(work, 'root/a'), 'a'.repeat(1000));
    layer = layerOf(join(work, 'root'));
    image = pushed('a.tar', config);
  });
  afterAll(async () => {
    await registry?.end();
    rmSync(work, { recursive: true, force: true });
  });

  test('an image is found by the digest that it was built with', () => {
    pull('pulled');
    const manifest = JSON.parse(readFileSync(join(work, 'pulled/manifest.json'), 'utf8')) as object;
    expect(manifest).toMatchObject({ layers: [{ digest: layer.digest }] });
  });

  test('one that is built as another is refused, after it was pushed', () => {
    const other = { ...image, digest: `sha256:${'0'.repeat(64)}` };
    expect(() => push(other, join(work, 'a.tar'), { run, plainHttp: true })).toThrow(
      /was pushed as .* built as sha256:0+/,
    );
  });

  test('another one under its tag changes nothing for who names the digest', () => {
    const other = pushed('b.tar', { ...config, Env: ['A=c'] });
    expect(other.digest).not.toBe(image.digest);
    pull('again');
    const { config: own } = JSON.parse(readFileSync(join(work, 'again/manifest.json'), 'utf8')) as {
      config: { digest: string };
    };
    expect(readFileSync(join(work, 'again', own.digest.slice('sha256:'.length)), 'utf8')).toContain('A=b');
  });

  test('a layer that somebody changed in the registry is not run', () => {
    const digest = layer.digest.slice('sha256:'.length);
    const file = join(registry.blobs, digest.slice(0, 2), digest, 'data');
    const bytes = readFileSync(file);
    writeFileSync(file, bytes.with(-1, bytes.at(-1)! ^ 1));
    expect(() => pull('changed')).toThrow(/digest|checksum|mismatch/i);
  });
});
