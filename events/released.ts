import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename } from 'node:path';
import type { Released } from './contract-violations.ts';

const examples = (root: URL) => new URL('examples/released.json', root);
const schemas = (root: URL) => new URL('released/', root);

/** Reads `examples/released.json` and `released/<type>.json` below `root`, by default this package. */
export function readReleased(root = new URL('./', import.meta.url)): Released {
  const read = (url: URL) => JSON.parse(readFileSync(url, 'utf8'));
  const files = existsSync(schemas(root)) ? readdirSync(schemas(root)).filter((name) => name.endsWith('.json')) : [];
  return {
    examples: existsSync(examples(root)) ? read(examples(root)) : {},
    schemas: Object.fromEntries(files.map((name) => [basename(name, '.json'), read(new URL(name, schemas(root)))])),
  };
}

/** Writes what {@link readReleased} reads. */
export function writeReleased(released: Released, root = new URL('./', import.meta.url)): void {
  const write = (url: URL, value: unknown) => writeFileSync(url, `${JSON.stringify(value, null, 2)}\n`);
  mkdirSync(schemas(root), { recursive: true });
  write(examples(root), released.examples);
  for (const [type, schema] of Object.entries(released.schemas)) write(new URL(`${type}.json`, schemas(root)), schema);
}
