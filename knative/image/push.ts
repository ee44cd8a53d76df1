import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { BuiltImage } from './built-images.ts';

/** Runs a program and shows what it prints. @throws Error when it fails */
export type Run = (program: string, ...args: string[]) => void;

/** Copies an image's archive to its registry by skopeo. @throws Error when its digest is another one there */
export function push(
  image: BuiltImage,
  archive: string,
  { run, plainHttp }: { run: Run; plainHttp?: boolean | undefined },
): void {
  const work = mkdtempSync(join(tmpdir(), 'push-'));
  const digestFile = join(work, 'digest');
  try {
    const tls = plainHttp ? ['--dest-tls-verify=false'] : [];
    run('skopeo', 'copy', ...tls, '--digestfile', digestFile, `oci-archive:${archive}`, `docker://${image.name}`);
    const pushed = readFileSync(digestFile, 'utf8').trim();
    if (pushed !== image.digest) throw new Error(`${image.name} was pushed as ${pushed}, and built as ${image.digest}`);
  } finally {
    rmSync(work, { recursive: true });
  }
}
