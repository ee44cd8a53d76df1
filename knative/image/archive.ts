import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { gzipSync } from 'node:zlib';

/** A part of an image's files. */
export interface Layer {
  digest: string;
  /** Digest of the tar before it was compressed. */
  diffId: string;
  bytes: Buffer;
}

export interface ImageConfig {
  User: string;
  WorkingDir: string;
  Entrypoint: string[];
  Env: string[];
  /** One of them, org.opencontainers.image.created, dates the image too. */
  Labels: Record<string, string>;
}

const maxBytes = 1 << 30;
const sha = (bytes: Buffer | string) => `sha256:${createHash('sha256').update(bytes).digest('hex')}`;

/** The files of `root` as a layer that depends on their content alone: all are root's and dated 1970. */
export function layerOf(root: string): Layer {
  const reproducible = [
    '--sort=name',
    '--mtime=@0',
    '--owner=0',
    '--group=0',
    '--numeric-owner',
    '--mode=a+rX,go-w',
    '--format=posix',
  ];
  const times = '--pax-option=exthdr.name=%d/PaxHeaders/%f,delete=atime,delete=ctime';
  const tar = execFileSync('tar', [...reproducible, times, '-C', root, '-cf', '-', '.'], { maxBuffer: maxBytes });
  const bytes = gzipSync(tar, { level: 6 });
  return { digest: sha(bytes), diffId: sha(tar), bytes };
}

/**
 * Writes an image as an OCI layout in one tar, as `docker load`, `podman load`, `ctr images import` and `kind load image-archive` read it
 * (opencontainers/image-spec, image-layout.md).
 * @param name `REPOSITORY/NAME:TAG`
 * @returns the manifest's digest
 */
export function writeArchive(file: string, name: string, layers: readonly Layer[], config: ImageConfig): string {
  const folder = mkdtempSync(join(tmpdir(), 'image-'));
  mkdirSync(join(folder, 'blobs/sha256'), { recursive: true });
  const blob = (content: Buffer | string, mediaType: string) => {
    const digest = sha(content);
    writeFileSync(join(folder, 'blobs', digest.replace(':', '/')), content);
    return { mediaType, digest, size: Buffer.byteLength(content) };
  };
  const type = (kind: string) => `application/vnd.oci.image.${kind}`;
  const platform = { architecture: process.arch === 'x64' ? 'amd64' : process.arch, os: 'linux' };
  const created = config.Labels['org.opencontainers.image.created'];
  const settings = {
    ...(created ? { created } : {}),
    ...platform,
    config,
    rootfs: { type: 'layers', diff_ids: layers.map(({ diffId }) => diffId) },
  };
  const manifest = {
    schemaVersion: 2,
    mediaType: type('manifest.v1+json'),
    config: blob(JSON.stringify(settings), type('config.v1+json')),
    layers: layers.map(({ bytes }) => blob(bytes, type('layer.v1.tar+gzip'))),
  };
  const annotations = {
    'io.containerd.image.name': name,
    'org.opencontainers.image.ref.name': name.slice(name.lastIndexOf(':') + 1),
  };
  const top = { ...blob(JSON.stringify(manifest), manifest.mediaType), platform, annotations };
  writeFileSync(join(folder, 'oci-layout'), '{"imageLayoutVersion":"1.0.0"}');
  writeFileSync(
    join(folder, 'index.json'),
    JSON.stringify({ schemaVersion: 2, mediaType: type('index.v1+json'), manifests: [top] }),
  );
  mkdirSync(dirname(file), { recursive: true });
  execFileSync('tar', ['-C', folder, '-cf', `${file}.new`, 'oci-layout', 'index.json', 'blobs']);
  renameSync(`${file}.new`, file);
  rmSync(folder, { recursive: true });
  return top.digest;
}
