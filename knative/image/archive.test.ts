import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { afterAll, describe, expect, test } from 'vitest';
import { layerOf, writeArchive } from './archive.ts';

const work = mkdtempSync(join(tmpdir(), 'archive-test-'));
afterAll(() => rmSync(work, { recursive: true }));

function folderWith(name: string, content: string, mode = 0o600): string {
  const folder = mkdtempSync(join(work, 'root-'));
  mkdirSync(join(folder, 'app'), { mode: 0o700 });
  writeFileSync(join(folder, 'app', name), content, { mode });
  return folder;
}
const listing = (bytes: Buffer) =>
  execFileSync('tar', ['-tvzf', '-', '--numeric-owner', '--full-time', '--utc'], { input: bytes, encoding: 'utf8' });
const sha = (bytes: Buffer) => `sha256:${createHash('sha256').update(bytes).digest('hex')}`;

describe('a layer', () => {
  test('depends on names and contents alone, not on when and by whom its files were written', () => {
    const [one, other] = [folderWith('main.js', 'x'), folderWith('main.js', 'x', 0o644)];
    utimesSync(join(other, 'app/main.js'), 1, 2);
    expect(layerOf(other).digest).toBe(layerOf(one).digest);
    expect(layerOf(folderWith('main.js', 'y')).digest).not.toBe(layerOf(one).digest);
  });

  test("is root's, and everybody may read it and nobody else write", () => {
    expect(listing(layerOf(folderWith('main.js', 'x')).bytes)).toMatch(
      /^-rw-r--r-- 0\/0 +1 1970-01-01 00:00:00 .\/app\/main.js$/m,
    );
  });
});

describe('an archive', () => {
  const layer = layerOf(folderWith('main.js', 'console.log(1)'));
  const file = join(work, 'out/posts.tar');
  const config = {
    User: '65532:65532',
    WorkingDir: '/app',
    Entrypoint: ['/usr/bin/node', 'main.js'],
    Env: ['A=b'],
    Labels: { 'org.opencontainers.image.created': '2026-01-02T03:04:05Z' },
  };
  const digest = writeArchive(file, 'dev.local/dormouse/posts:7', [layer], config);
  const opened = mkdtempSync(join(work, 'opened-'));
  execFileSync('tar', ['-xf', file, '-C', opened]);
  const blob = (of: string) => readFileSync(join(opened, 'blobs', of.replace(':', '/')));
  const json = <T>(bytes: Buffer) => JSON.parse(bytes.toString()) as T;

  test('names the image as importers look for it', () => {
    const [top] = json<{ manifests: { digest: string; annotations: object }[] }>(
      readFileSync(join(opened, 'index.json')),
    ).manifests;
    expect(top).toMatchObject({
      digest,
      annotations: {
        'io.containerd.image.name': 'dev.local/dormouse/posts:7',
        'org.opencontainers.image.ref.name': '7',
      },
    });
  });

  test('holds every blob under its digest, and the layer opened up under its diff id', () => {
    const manifest = json<{ config: { digest: string; size: number }; layers: { digest: string; size: number }[] }>(
      blob(digest),
    );
    for (const each of [manifest.config, ...manifest.layers]) {
      expect(sha(blob(each.digest))).toBe(each.digest);
      expect(blob(each.digest).length).toBe(each.size);
    }
    expect(json<object>(blob(manifest.config.digest))).toMatchObject({
      os: 'linux',
      created: '2026-01-02T03:04:05Z',
      config,
      rootfs: { diff_ids: [sha(gunzipSync(blob(manifest.layers[0]!.digest)))] },
    });
  });
});
