import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ImageConfig, Layer } from './archive.ts';

/** What an OCI archive holds. */
export interface OpenedArchive {
  layers: Layer[];
  config: ImageConfig;
}

/** Layers and configuration of the only image of an OCI archive. */
export function openArchive(file: string): OpenedArchive {
  const folder = mkdtempSync(join(tmpdir(), 'archive-'));
  try {
    execFileSync('tar', ['-xf', file, '-C', folder]);
    const blob = ({ digest }: { digest: string }) => readFileSync(join(folder, 'blobs', digest.replace(':', '/')));
    const parsed = <T>(bytes: Buffer): T => JSON.parse(bytes.toString());
    const [top] = parsed<{ manifests: [{ digest: string }] }>(readFileSync(join(folder, 'index.json'))).manifests;
    const manifest = parsed<{ config: { digest: string }; layers: { digest: string }[] }>(blob(top));
    const { config, rootfs } = parsed<{ config: ImageConfig; rootfs: { diff_ids: string[] } }>(blob(manifest.config));
    const layers = manifest.layers.map(({ digest }, at) => ({
      digest,
      diffId: rootfs.diff_ids[at]!,
      bytes: blob({ digest }),
    }));
    return { layers, config };
  } finally {
    rmSync(folder, { recursive: true });
  }
}
