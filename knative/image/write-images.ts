import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { writeArchive } from './archive.ts';
import { type BuiltImage, writeBuilt } from './built-images.ts';
import { readSource } from './labels.ts';
import { imageMaker } from './make.ts';

export interface WriteOptions {
  tag: string;
  /** Where the images will be found: NAME/posts:TAG. */
  name: string;
  /** Folder for the archives. */
  out: string;
  /** Seconds since 1970 that everything in the images is dated by; the commit's time where there are none. */
  sourceDateEpoch?: string | undefined;
}

/**
 * Writes images as OCI archives, without a container engine, each with its bill of materials beside it; on Linux. The list of them is written
 * last, so that none is published of a run that failed.
 */
export async function* writeImages(
  names: readonly string[],
  { tag, name: registry, out, sourceDateEpoch }: WriteOptions,
): AsyncGenerator<BuiltImage> {
  const built: BuiltImage[] = [];
  const make = imageMaker(readSource(sourceDateEpoch));
  for (const each of names) {
    const { layers, config, sbom } = await make(each);
    const file = join(out, `${each}-${tag}.tar`);
    const name = `${registry}/${each}:${tag}`;
    const digest = writeArchive(file, name, layers, config);
    writeFileSync(file.replace(/\.tar$/, '.cdx.json'), sbom);
    built.push({ name, digest, file });
    yield { name, digest, file };
  }
  mkdirSync(out, { recursive: true });
  writeBuilt(out, built);
}
