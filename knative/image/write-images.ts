import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { writeArchive } from './archive.ts';
import { readSource } from './labels.ts';
import { imageMaker } from './make.ts';

export interface WrittenImage {
  /** With its tag. */
  name: string;
  digest: string;
  /** The OCI archive. */
  file: string;
}

export interface WriteOptions {
  tag: string;
  /** Where the images will be found: NAME/posts:TAG. */
  name: string;
  /** Folder for the archives. */
  out: string;
  /** Seconds since 1970 that everything in the images is dated by; the commit's time where there are none. */
  sourceDateEpoch?: string | undefined;
}

/** Writes images as OCI archives, without a container engine, each with its bill of materials beside it; on Linux. */
export async function* writeImages(
  names: readonly string[],
  { tag, name: registry, out, sourceDateEpoch }: WriteOptions,
): AsyncGenerator<WrittenImage> {
  const make = imageMaker(readSource(sourceDateEpoch));
  for (const each of names) {
    const { layers, config, sbom } = await make(each);
    const file = join(out, `${each}-${tag}.tar`);
    const name = `${registry}/${each}:${tag}`;
    const digest = writeArchive(file, name, layers, config);
    writeFileSync(file.replace(/\.tar$/, '.cdx.json'), sbom);
    yield { name, digest, file };
  }
}
