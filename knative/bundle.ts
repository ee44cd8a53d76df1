// Writes what an image of a function holds: `node knative/bundle.ts FUNCTION FOLDER`, used by the Dockerfile and `npm run build`.
import { cpSync, existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { createBuilder } from './local/build.ts';

const root = join(import.meta.dirname, '..');
const [name, folder] = process.argv.slice(2);
const source = join(root, 'functions', name ?? '', 'main.ts');
if (!name || !folder || !existsSync(source)) {
  console.error('usage: node knative/bundle.ts FUNCTION FOLDER, with FUNCTION one of functions/');
  process.exit(1);
}
const work = mkdtempSync(join(tmpdir(), 'bundle-'));
const builder = createBuilder({ folder: work, root });
const { entry } = await builder.build(source);
await builder.rest();
cpSync(dirname(entry), folder, { recursive: true, filter: (file) => !file.endsWith('.map') });
if (name === 'migrate')
  for (const each of readdirSync(join(root, 'functions'))) {
    const migrations = join(root, 'functions', each, 'migrations');
    if (existsSync(migrations)) cpSync(migrations, join(folder, 'functions', each, 'migrations'), { recursive: true });
  }
rmSync(work, { recursive: true });
