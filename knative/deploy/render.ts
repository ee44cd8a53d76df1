// `npm run render`: one function of an overlay, as `kn service apply -f` and kubectl take it.
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { parseArgs } from 'node:util';
import type { Manifest } from '@dormouse/manifests/yaml/origin';
import { hasProgram } from '@dormouse/serving/process/has-program';
import { stringify } from 'yaml';
import { manifestsOf, withImage } from './function-manifests.ts';
import { DeployError, renderOverlay } from './overlay.ts';

const help = `Writes the Knative Service of one function, as an overlay has it.

  npm run -s render -- posts --overlay lab > posts.yaml && kn service apply posts -n dormouse -f posts.yaml
  npm run -s render -- posts --overlay lab --all | kubectl apply -f -

  --overlay NAME  one of knative/overlays
  --all           also its account, rights, settings, and what sends it events
  --image REF     instead of the overlay's image
  --output FILE   instead of standard output`;

/** YAML without aliases and line folding, a document for each object. */
export const written = (manifests: readonly Manifest[]): string =>
  manifests.map((each) => stringify(each, { aliasDuplicateObjects: false, lineWidth: 0 })).join('---\n');

export interface RenderOptions {
  overlay: string;
  image?: string | undefined;
  /** All objects of the function, not only its Service. */
  all?: boolean;
}

/** @throws DeployError if there is no such overlay or function. */
export async function renderFunction(name: string, { overlay, image, all = false }: RenderOptions): Promise<string> {
  const found = manifestsOf(name, await renderOverlay(overlay));
  const service = image ? withImage(found.service, image) : found.service;
  return written(all ? [...found.needs, ...found.rights, service, ...found.senders] : [service]);
}

async function main(): Promise<void> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      overlay: { type: 'string' },
      all: { type: 'boolean', default: false },
      image: { type: 'string' },
      output: { type: 'string', short: 'o' },
      help: { type: 'boolean', short: 'h', default: false },
    },
  });
  const [name, another] = positionals;
  if (values.help) {
    console.log(help);
    return;
  }
  if (!name || another || !values.overlay) throw new DeployError(`needs one function and --overlay NAME\n\n${help}`);
  const { overlay, image, all, output } = values;
  const text = await renderFunction(name, { overlay, image, all });
  if (!hasProgram('kubectl'))
    console.error('render: kubectl is not on the PATH; rendered by the reader of the local platform');
  if (output) {
    mkdirSync(dirname(output), { recursive: true });
    writeFileSync(output, text);
  } else process.stdout.write(text);
}

if (import.meta.main) {
  try {
    await main();
  } catch (error) {
    console.error(`render: ${(error as Error).message}`);
    process.exitCode = 1;
  }
}
