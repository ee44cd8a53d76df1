// Verifies signature, bill of materials and origin of images: `node knative/image/verify.ts [--built FOLDER] [IMAGE@DIGEST…]
// (--identity URL | --key FILE [--without-origin]) [--plain-http]`. It imports nothing but Node.js, as publish.ts.
import { execFileSync } from 'node:child_process';
import { parseArgs } from 'node:util';
import { readBuilt, repositoryOf } from './built-images.ts';
import type { Run } from './push.ts';

export interface VerifyOptions {
  run: Run;
  /** The workflow, with its branch, that may have signed: `https://github.com/…/publish.yml@refs/heads/main`. */
  identity?: string | undefined;
  /** A public key instead. */
  key?: string | undefined;
  /** Its origin need not be attested: it was not published by a workflow. */
  withoutOrigin?: boolean | undefined;
  /** The registry speaks HTTP. */
  plainHttp?: boolean | undefined;
}

const issuer = 'https://token.actions.githubusercontent.com';

/** Verifies one image. @throws Error when it is not named by digest, or signature or one of its attestations is missing or another's */
export function verify(image: string, { run, identity, key, withoutOrigin, plainHttp }: VerifyOptions): void {
  if (!/@sha256:[0-9a-f]{64}$/.test(image)) throw new Error(`${image} is not named by its digest`);
  const who = key
    ? ['--key', key, '--insecure-ignore-tlog=true']
    : ['--certificate-identity', identity ?? '', '--certificate-oidc-issuer', issuer];
  const how = [...who, ...(plainHttp ? ['--allow-http-registry'] : [])];
  run('cosign', 'verify', ...how, image);
  for (const type of ['cyclonedx', ...(withoutOrigin ? [] : ['slsaprovenance1'])])
    run('cosign', 'verify-attestation', ...how, '--type', type, image);
}

function main(): void {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      built: { type: 'string' },
      identity: { type: 'string' },
      key: { type: 'string' },
      'without-origin': { type: 'boolean' },
      'plain-http': { type: 'boolean' },
    },
  });
  const { built, identity, key, 'without-origin': withoutOrigin = false } = values;
  const images = [
    ...positionals,
    ...(built ? readBuilt(built).map(({ name, digest }) => `${repositoryOf(name)}@${digest}`) : []),
  ];
  if (images.length === 0 || Boolean(identity) === Boolean(key) || (withoutOrigin && !key))
    throw new Error(
      'usage: node knative/image/verify.ts [--built FOLDER] [IMAGE@DIGEST…] (--identity URL | --key FILE [--without-origin]) [--plain-http]',
    );
  const run: Run = (program, ...args) => void execFileSync(program, args, { stdio: ['ignore', 'ignore', 'inherit'] });
  for (const image of images) {
    verify(image, { run, identity, key, withoutOrigin, plainHttp: values['plain-http'] });
    console.log(`${image}: signed and attested${withoutOrigin ? ', but for its origin' : ''}`);
  }
}

if (import.meta.main) main();
