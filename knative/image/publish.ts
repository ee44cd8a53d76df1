// Pushes what `npm run image` has written, signs it, and attests its bill of materials and its origin, by skopeo and cosign:
// `node knative/image/publish.ts FOLDER [--key FILE [--without-origin]] [--plain-http]`. It imports nothing but Node.js: beside the right to
// sign runs no package. A key's password is in COSIGN_PASSWORD, else cosign asks for it.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { parseArgs } from 'node:util';
import { type BuiltImage, readBuilt, repositoryOf } from './built-images.ts';
import { type Provenance, provenanceOf } from './provenance.ts';
import { push, type Run } from './push.ts';

export interface PublishOptions {
  /** Where archives and bills of materials are. */
  folder: string;
  /** Nothing is said of the origin where nobody can vouch for it: outside of a workflow. */
  provenance: Provenance | undefined;
  run: Run;
  /** A private key instead of the identity of the workflow; nothing is told a transparency log then. */
  key?: string | undefined;
  /** The registry speaks HTTP. */
  plainHttp?: boolean | undefined;
}

/** Pushes, signs and attests one image. @throws Error when its digest in the registry is another one */
export function publish(image: BuiltImage, { folder, provenance, run, key, plainHttp }: PublishOptions): void {
  const work = mkdtempSync(join(tmpdir(), 'publish-'));
  const predicate = join(work, 'provenance.json');
  try {
    const archive = join(folder, basename(image.file));
    push(image, archive, { run, plainHttp });
    const subject = `${repositoryOf(image.name)}@${image.digest}`;
    const how = [...(key ? ['--key', key, ...withoutLog] : []), ...(plainHttp ? ['--allow-http-registry'] : [])];
    run('cosign', 'sign', '--yes', ...how, subject);
    const attest = (type: string, file: string) =>
      run('cosign', 'attest', '--yes', ...how, '--type', type, '--predicate', file, subject);
    attest('cyclonedx', archive.replace(/\.tar$/, '.cdx.json'));
    if (!provenance) return;
    writeFileSync(predicate, JSON.stringify(provenance));
    attest('slsaprovenance1', predicate);
  } finally {
    rmSync(work, { recursive: true });
  }
}

const withoutLog = ['--tlog-upload=false', '--use-signing-config=false'];

function main(): void {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { key: { type: 'string' }, 'without-origin': { type: 'boolean' }, 'plain-http': { type: 'boolean' } },
  });
  const [folder] = positionals;
  const { key, 'without-origin': withoutOrigin = false } = values;
  if (!folder || (withoutOrigin && !key))
    throw new Error('usage: node knative/image/publish.ts FOLDER [--key FILE [--without-origin]] [--plain-http]');
  const run: Run = (program, ...args) => void execFileSync(program, args, { stdio: 'inherit' });
  const provenance = withoutOrigin ? undefined : provenanceOf(process.env);
  for (const image of readBuilt(folder))
    publish(image, { folder, provenance, run, key, plainHttp: values['plain-http'] });
}

if (import.meta.main) main();
