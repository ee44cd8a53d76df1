// Builds the Dockerfile by buildah and starts what it has built, where no registry of images can be reached:
// `node knative/image/try-dockerfile.ts [FUNCTION]` (default web). Ends with 1 unless it answers and ends in order.
// This machine's Node.js, npm and shell stand in for the two images that it is made from. As root, with npm's registry in reach.
import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { freePort } from '@dormouse/serving/process/free-port';
import { layerOf, writeArchive } from './archive.ts';
import { unpack } from './contained.fixture.ts';
import { openArchive } from './opened-archive.fixture.ts';
import { addProgram, prepareRoot } from './root.ts';

const project = join(import.meta.dirname, '../..');
const builder = 'docker.io/library/node:24-bookworm-slim';
const base = 'localhost/base:try';

const work = mkdtempSync(join(tmpdir(), 'dockerfile-'));
const which = (program: string) => execFileSync('sh', ['-c', `command -v ${program}`], { encoding: 'utf8' }).trim();
const settings = ['--root', join(work, 'storage'), '--runroot', join(work, 'run'), '--storage-driver', 'vfs'];
const policy = join(work, 'policy.json');
const registries = join(work, 'registries.conf');
const buildah = (...args: string[]) =>
  execFileSync('buildah', [...settings, ...args], {
    cwd: project,
    env: { ...process.env, CONTAINERS_REGISTRIES_CONF: registries },
    stdio: ['ignore', 'pipe', 'inherit'],
    encoding: 'utf8',
  });

/** An image with nothing but Node.js and what `fill` adds, known to buildah as `name`. */
function make(name: string, variables: Readonly<Record<string, string>>, fill: (root: string) => void): void {
  const root = mkdtempSync(join(work, 'root-'));
  prepareRoot(root);
  addProgram(root, process.execPath, '/usr/bin/node');
  fill(root);
  const archive = `${root}.tar`;
  const Env = Object.entries({ PATH: '/usr/bin', ...variables }).map((pair) => pair.join('='));
  const config = { User: '0:0', WorkingDir: '/', Entrypoint: ['/usr/bin/node'], Env, Labels: {} };
  writeArchive(archive, name, [layerOf(root)], config);
  const id = buildah('pull', '--signature-policy', policy, `oci-archive:${archive}`).trim();
  buildah('tag', id, name);
}

try {
  const name = process.argv[2] ?? 'web';
  writeFileSync(policy, '{"default":[{"type":"insecureAcceptAnything"}]}');
  writeFileSync(registries, 'unqualified-search-registries = ["docker.io"]\n');
  make(base, {}, () => {});
  const registry = execFileSync('npm', ['config', 'get', 'registry'], { encoding: 'utf8' }).trim();
  const variables = { npm_config_registry: registry, NODE_EXTRA_CA_CERTS: '/etc/ssl/certs/ca-certificates.crt' };
  make(builder, variables, (root) => {
    for (const program of ['sh', 'env']) addProgram(root, which(program), `/usr/bin/${program}`);
    const npm = dirname(dirname(realpathSync(which('npm'))));
    cpSync(npm, join(root, 'usr/lib/npm'), { recursive: true });
    symlinkSync('../lib/npm/bin/npm-cli.js', join(root, 'usr/bin/npm'));
    mkdirSync(join(root, 'root'));
  });
  const built = join(work, 'built.tar');
  const how = ['--isolation', 'chroot', '--pull-never', '--signature-policy', policy, '--layers=false'];
  const given = Object.entries({ FUNCTION: name, BASE: base }).flatMap(([key, value]) => [
    '--build-arg',
    `${key}=${value}`,
  ]);
  buildah('bud', ...how, ...given, '-t', 'localhost/built', '.');
  buildah('push', '--signature-policy', policy, 'localhost/built', `oci-archive:${built}`);
  const image = openArchive(built);
  using contained = unpack({ ...image, sbom: '' });
  const port = await freePort();
  const nowhere = 'http://127.0.0.1:9';
  const addresses = {
    POSTS_URL: nowhere,
    CATEGORIES_URL: nowhere,
    AUTH_URL: nowhere,
    MEDIA_URL: nowhere,
    PICTURES_URL: nowhere,
    JWKS_URL: nowhere,
    MEDIA_DIR: '/media',
    DATABASE_URL: 'postgres://nobody@127.0.0.1:9/nothing',
  };
  const child = contained.start({ PORT: String(port), K_SERVICE: name, ...addresses });
  for (const stream of [child.stdout!, child.stderr!]) stream.pipe(process.stderr);
  const isLive = () =>
    fetch(`http://127.0.0.1:${port}/healthz`).then(
      ({ ok }) => ok,
      () => false,
    );
  for (let tries = 0; !(await isLive()); tries++) {
    if (tries === 200 || child.exitCode !== null) throw new Error(`${name} does not answer`);
    await sleep(50);
  }
  const ended = once(child, 'exit');
  child.kill('SIGTERM');
  const [code] = (await ended) as [number | null];
  console.log(`${name}: built by buildah, answered with a read-only root and without rights, ended with ${code}`);
  process.exitCode = code ?? 1;
} finally {
  rmSync(work, { recursive: true, force: true });
}
