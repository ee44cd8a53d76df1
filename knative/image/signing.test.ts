import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { needs, skippedFor } from '@dormouse/tests/needs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { writeArchive } from './archive.ts';
import { type BuiltImage, repositoryOf, writeBuilt } from './built-images.ts';
import { type LocalRegistry, missingForRegistry, startRegistry, trustEverything } from './local-registry.fixture.ts';
import { type OpenedArchive, openArchive } from './opened-archive.fixture.ts';
import { push, type Run } from './push.ts';
import { workflow } from './workflow.fixture.ts';
import { writeImages } from './write-images.ts';

const missing = [
  ...(process.platform === 'linux' ? [] : ['Linux']),
  ...missingForRegistry(),
  ...(needs('skopeo', 'cosign').meta?.missing ?? []),
];

describe('an image of a function, signed with a key by cosign', skippedFor(missing), () => {
  let work: string;
  let registry: LocalRegistry;
  let image: BuiltImage;
  let opened: OpenedArchive;
  const subjectOf = ({ name, digest }: BuiltImage) => `${repositoryOf(name)}@${digest}`;
  const keyOf = (who: string, half: 'key' | 'pub') => join(work, `${who}.${half}`);

  // Nothing of whoever runs this: neither their settings of Docker nor what Sigstore has left in their home.
  const environment = () => ({ PATH: process.env.PATH, HOME: work, COSIGN_PASSWORD: 'a password' });
  const run: Run = (program, ...args) =>
    void execFileSync(program, args, { cwd: work, env: environment(), stdio: 'pipe' });
  /** Runs publish.ts or verify.ts as the workflows do. */
  function script(name: 'publish' | 'verify', args: readonly string[], env: object = {}) {
    const { status, stdout, stderr } = spawnSync(
      process.execPath,
      [join(import.meta.dirname, `${name}.ts`), ...args, '--plain-http'],
      { cwd: work, env: { ...environment(), ...env }, encoding: 'utf8' },
    );
    return { status, stdout, stderr };
  }
  const publish = (folder: string, who: string, ...more: string[]) =>
    script('publish', [join(work, folder), '--key', keyOf(who, 'key'), ...more], more.length > 0 ? {} : workflow);
  const verify = (subject: string, who = 'own', ...more: string[]) =>
    script('verify', [subject, '--key', keyOf(who, 'pub'), ...more]);

  /** An image with the layers of the published one, which starts another way, pushed by somebody who may. */
  function changed(tag: string): BuiltImage {
    const { layers, config } = opened;
    const name = `${repositoryOf(image.name)}:${tag}`;
    const file = join(work, `changed-${tag}.tar`);
    const digest = writeArchive(file, name, layers, { ...config, Env: [...config.Env, `NODE_OPTIONS=-r/tmp/${tag}`] });
    push({ name, digest, file }, file, { run, plainHttp: true });
    return { name, digest, file };
  }

  beforeAll(async () => {
    work = mkdtempSync(join(tmpdir(), 'signed-'));
    trustEverything(work);
    registry = await startRegistry();
    for (const who of ['own', 'foreign']) run('cosign', 'generate-key-pair', '--output-key-prefix', who);
    const options = { tag: '1', name: `${registry.host}/dormouse`, out: join(work, 'images') };
    for await (const each of writeImages(['relay'], options)) image = each;
    opened = openArchive(image.file);
    const { status, stderr } = publish('images', 'own');
    expect(status, stderr).toBe(0);
  });
  afterAll(async () => {
    await registry?.end();
    rmSync(work, { recursive: true, force: true });
  });

  test('is verified: signature, bill of materials and origin', () => {
    const { status, stdout } = script('verify', ['--built', join(work, 'images'), '--key', keyOf('own', 'pub')]);
    expect([status, stdout]).toEqual([0, `${subjectOf(image)}: signed and attested\n`]);
  });

  test.each(['cyclonedx', 'slsaprovenance1'])('its attestation %s says what was published', (type) => {
    const how = ['--key', keyOf('own', 'pub'), '--insecure-ignore-tlog=true', '--allow-http-registry', '--type', type];
    const printed = execFileSync('cosign', ['verify-attestation', ...how, subjectOf(image)], {
      cwd: work,
      env: environment(),
      encoding: 'utf8',
      stdio: 'pipe',
    });
    const { payload } = JSON.parse(printed.trim()) as { payload: string };
    const { subject, predicate } = JSON.parse(Buffer.from(payload, 'base64').toString()) as {
      subject: { digest: object }[];
      predicate: object;
    };
    expect(subject.map(({ digest }) => digest)).toEqual([{ sha256: image.digest.slice('sha256:'.length) }]);
    if (type === 'cyclonedx')
      expect(predicate).toEqual(JSON.parse(readFileSync(image.file.replace(/\.tar$/, '.cdx.json'), 'utf8')));
    else
      expect(predicate).toMatchObject({
        buildDefinition: { resolvedDependencies: [{ digest: { gitCommit: workflow.GITHUB_SHA } }] },
      });
  });

  test("is refused by another one's key", () => {
    const { status, stdout, stderr } = verify(subjectOf(image), 'foreign');
    expect([status, stdout]).toEqual([1, '']);
    expect(stderr).toMatch(/no (matching )?signatures|invalid signature|failed to verify/i);
  });

  test('is refused once it was changed, though its tag is the same', () => {
    const other = changed('1');
    expect(other.digest).not.toBe(image.digest);
    expect(verify(subjectOf(other))).toMatchObject({ status: 1, stdout: '' });
    expect(verify(subjectOf(image)).status).toBe(0);
  });

  test('gives its signature and attestations to no other image, though they lie beside that', async () => {
    const other = changed('2');
    expect(await copyReferrers(registry.host, image, other)).toBeGreaterThan(0);
    expect(verify(subjectOf(other))).toMatchObject({ status: 1, stdout: '' });
  });

  test('needs its bill of materials: a signature alone is refused', () => {
    const other = changed('3');
    const how = ['--key', keyOf('own', 'key'), '--tlog-upload=false', '--use-signing-config=false'];
    run('cosign', 'sign', '--yes', ...how, '--allow-http-registry', subjectOf(other));
    expect(verify(subjectOf(other))).toMatchObject({ status: 1, stdout: '' });
  });

  test('of no workflow has no origin, which its reader has to allow', () => {
    const other = changed('4');
    // The bill of materials lies beside the archive.
    run('cp', image.file.replace(/\.tar$/, '.cdx.json'), other.file.replace(/\.tar$/, '.cdx.json'));
    writeBuilt(work, [other]);
    expect(publish('.', 'own', '--without-origin')).toMatchObject({ status: 0 });
    expect(verify(subjectOf(other))).toMatchObject({ status: 1, stdout: '' });
    expect(verify(subjectOf(other), 'own', '--without-origin')).toMatchObject({
      status: 0,
      stdout: `${subjectOf(other)}: signed and attested, but for its origin\n`,
    });
  });
});

const manifests = ['application/vnd.oci.image.index.v1+json', 'application/vnd.oci.image.manifest.v1+json'];

/** What refers to an image in a registry is put beside another one of the same repository, as whoever may push can. @returns how many tags */
async function copyReferrers(host: string, from: BuiltImage, to: BuiltImage): Promise<number> {
  const repository = `http://${host}/v2/${repositoryOf(from.name).slice(host.length + 1)}`;
  const [fromTag, toTag] = [from, to].map(({ digest }) => digest.replace(':', '-')) as [string, string];
  const { tags } = (await (await fetch(`${repository}/tags/list`)).json()) as { tags: string[] };
  const referring = tags.filter((tag) => tag.startsWith(fromTag));
  for (const tag of referring) {
    const found = await fetch(`${repository}/manifests/${tag}`, { headers: { accept: manifests.join(', ') } });
    const type = found.headers.get('content-type') ?? '';
    const put = { method: 'PUT', headers: { 'content-type': type }, body: await found.text() };
    const { status } = await fetch(`${repository}/manifests/${tag.replace(fromTag, toTag)}`, put);
    expect(status).toBe(201);
  }
  return referring.length;
}
