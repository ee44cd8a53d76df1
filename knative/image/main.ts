// `npm run image`: images without a container engine.
import { readdirSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { parseArgs } from 'node:util';
import { writeArchive } from './archive.ts';
import { readSource } from './labels.ts';
import { imageMaker, isFunction, parts } from './make.ts';

const help = `Writes images as OCI archives, without a container engine; on Linux.

  npm run image -- posts [web …]   functions, or postgres and redis for a cluster without a registry
  npm run image -- --all           all of them

  --tag TAG    default: dev
  --name NAME  where it will be found (default dev.local/dormouse): NAME/posts:TAG
  --out DIR    default: dist/images

Beside each archive lies its bill of materials (NAME-TAG.cdx.json), which is /app/sbom.cdx.json in the image. Both are dated
as the commit is, or by SOURCE_DATE_EPOCH.`;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    all: { type: 'boolean', default: false },
    tag: { type: 'string', default: 'dev' },
    name: { type: 'string', default: 'dev.local/dormouse' },
    out: { type: 'string', default: 'dist/images' },
    help: { type: 'boolean', short: 'h', default: false },
  },
});
const functions = readdirSync(join(import.meta.dirname, '../../functions')).filter(isFunction);
const names = values.all ? [...functions, ...parts] : positionals;
const unknown = names.filter((name) => ![...functions, ...parts].includes(name));

if (values.help || names.length === 0) {
  console.log(help);
  process.exitCode = values.help ? 0 : 1;
} else if (unknown.length > 0) {
  console.error(`image: there is no ${unknown.join(', ')}; there are ${[...functions, ...parts].join(', ')}`);
  process.exitCode = 1;
} else {
  const make = imageMaker(readSource(process.env.SOURCE_DATE_EPOCH));
  for (const name of names) {
    const { layers, config, sbom } = await make(name);
    const file = join(values.out, `${name}-${values.tag}.tar`);
    const digest = writeArchive(file, `${values.name}/${name}:${values.tag}`, layers, config);
    writeFileSync(file.replace(/\.tar$/, '.cdx.json'), sbom);
    console.log(`${values.name}/${name}:${values.tag} ${digest} ${relative('.', file)}`);
  }
}
