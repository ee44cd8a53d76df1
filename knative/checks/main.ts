// `npm run manifests`: checks manifests without a cluster.
import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { hasProgram } from '@dormouse/serving/process/has-program';
import {
  type Choice,
  choices,
  components,
  optionalIn,
  overlays,
  render,
  wholeFolders,
  wrongWith,
} from './renderings.ts';

const help = `Checks manifests without a cluster: schemas, what Knative's webhooks reject, references, Pod Security "restricted".

  npm run manifests                        every overlay, and the base with every choice of components that differs
  npm run manifests -- FOLDER …            what these kustomizations render to

Needs kubectl. The exit code is 1 when something is wrong, 2 when it could not be looked at.`;

async function run(folders: readonly string[]): Promise<number> {
  const missing = folders.find((folder) => !existsSync(join(folder, 'kustomization.yaml')));
  if (missing) return fail(`${missing}: there is no kustomization.yaml`);
  if (!hasProgram('kubectl')) return fail('kubectl is not on the PATH');
  const everything = folders.length === 0;
  const alone = choices().filter((each) => each.components.length === 1);
  const wanted: Choice[] = everything
    ? [...wholeFolders(overlays()), ...choices()]
    : folders.map((folder) => ({ name: folder, folder: resolve(folder), components: [] }));
  const renderings = await render([...wanted, ...(everything ? [] : alone)]);
  const optional = optionalIn(renderings);
  const found = new Map<string, string[]>();
  for (const rendering of renderings.slice(0, wanted.length))
    for (const line of await wrongWith(rendering, optional))
      found.set(line, [...(found.get(line) ?? []), rendering.name]);
  for (const [message, [first, ...others]] of found)
    console.log(`${message} (${first}${others.length > 0 ? ` and ${others.length} more` : ''})`);
  if (found.size === 0)
    console.log(
      `${wanted.length} renderings of ${everything ? `${components().length} components` : folders.join(', ')}: nothing is wrong`,
    );
  return found.size === 0 ? 0 : 1;
}

function fail(message: string): number {
  console.error(message);
  return 2;
}

if (import.meta.main) {
  const { values, positionals } = parseArgs({
    options: { help: { type: 'boolean', short: 'h', default: false } },
    allowPositionals: true,
  });
  if (values.help) console.log(help);
  else process.exitCode = await run(positionals).catch((error: Error) => fail(error.message));
}
