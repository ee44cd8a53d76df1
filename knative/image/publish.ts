// Pushes what `npm run image` has written, signs it, and attests its bill of materials and its origin, by skopeo and cosign:
// `node knative/image/publish.ts FOLDER [--key FILE]`. It imports nothing but Node.js: beside the right to sign runs no package.
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
  provenance: Provenance;
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
    writeFileSync(predicate, JSON.stringify(provenance));
    attest('slsaprovenance1', predicate);
  } finally {
    rmSync(work, { recursive: true });
  }
}

const withoutLog = ['--tlog-upload=false', '--use-signing-config=false'];

function main(): void {
  const options = { key: { type: 'string' }, 'plain-http': { type: 'boolean' } } as const;
  const { values, positionals } = parseArgs({ allowPositionals: true, options });
  const [folder] = positionals;
  if (!folder) throw new Error('usage: node knative/image/publish.ts FOLDER [--key FILE] [--plain-http]');
  const run: Run = (program, ...args) => void execFileSync(program, args, { stdio: 'inherit' });
  const provenance = provenanceOf(process.env);
  for (const image of readBuilt(folder))
    publish(image, { folder, provenance, run, key: values.key, plainHttp: values['plain-http'] });
}

if (import.meta.main) main();
