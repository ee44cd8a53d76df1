// `npm run deploy`: one function of an overlay onto a cluster, by plain kn commands that it shows.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { parseArgs } from 'node:util';
import { hasProgram } from '@dormouse/serving/process/has-program';
import { deploy, deployCanary, promote, type Roll, rollback } from './deploy.ts';
import { inNamespace, manifestsOf, withImage } from './function-manifests.ts';
import { byKn, withoutChange } from './kn.ts';
import { DeployError, renderOverlay } from './overlay.ts';
import { written } from './render.ts';

const help = `Rolls one function onto the cluster that kn talks to, and shows the commands by which it does.

  npm run deploy -- posts                              all requests go to the new revision once it is ready
  npm run deploy -- posts --tag canary --traffic 10    a tenth of them; the rest stays where it is
  npm run deploy -- posts --promote                    all of them to what was tried
  npm run deploy -- posts --rollback                   away from what was tried, or back by one revision

  --overlay NAME    one of knative/overlays (default: lab)
  --image REF       instead of the overlay's image
  --namespace NAME  instead of the overlay's
  --dry-run         looks at the cluster and changes nothing
  --output DIR      where the manifests are written (default: dist/deploy)`;

const options = {
  overlay: { type: 'string', default: 'lab' },
  image: { type: 'string' },
  namespace: { type: 'string', short: 'n' },
  tag: { type: 'string' },
  traffic: { type: 'string', default: '10' },
  promote: { type: 'boolean', default: false },
  rollback: { type: 'boolean', default: false },
  'dry-run': { type: 'boolean', default: false },
  output: { type: 'string', default: 'dist/deploy' },
  help: { type: 'boolean', short: 'h', default: false },
} as const;

const parse = () => parseArgs({ allowPositionals: true, options });
type Values = ReturnType<typeof parse>['values'];

async function main(): Promise<void> {
  const { values, positionals } = parse();
  const [name, another] = positionals;
  if (values.help) {
    console.log(help);
    return;
  }
  if (!name || another) throw new DeployError(`needs one function\n\n${help}`);
  if ([values.promote, values.rollback, values.tag !== undefined].filter(Boolean).length > 1)
    throw new DeployError('--tag, --promote and --rollback are three different things');
  const percent = percentOf(values.traffic);
  const roll = await prepare(name, values);
  const kn = byKn(name, roll.namespace);
  const cluster = values['dry-run'] ? withoutChange(kn, name) : kn;
  if (values.promote) await promote(cluster, roll);
  else if (values.rollback) await rollback(cluster, roll);
  else if (values.tag) await deployCanary(cluster, roll, { tag: values.tag, percent });
  else await deploy(cluster, roll);
  if (!values['dry-run']) await cluster.run(['kn', 'revision', 'list', '-s', name, '-n', roll.namespace]);
}

function percentOf(text: string): number {
  if (!/^[1-9]\d?$/.test(text)) throw new DeployError('--traffic is a whole percentage from 1 to 99');
  return Number(text);
}

/** Writes what will be applied to files, so that the commands can be repeated by hand. */
async function prepare(name: string, { overlay, image, namespace, output }: Values): Promise<Roll> {
  const { service, needs } = manifestsOf(name, await renderOverlay(overlay));
  const targetNamespace = namespace ?? service.metadata.namespace ?? 'default';
  const folder = join(output, overlay);
  const write = (file: string, content: string) => {
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, file), content);
    return relative('.', join(folder, file));
  };
  const file = write(
    `${name}.yaml`,
    written([inNamespace(image ? withImage(service, image) : service, targetNamespace)]),
  );
  const needed = write(`${name}-needs.yaml`, written(needs.map((each) => inNamespace(each, targetNamespace))));
  if (!hasProgram('kubectl'))
    console.error(`deploy: kubectl is not on the PATH: what is in ${needed} must be there already`);
  return { name, namespace: targetNamespace, file, needs: hasProgram('kubectl') ? needed : undefined };
}

try {
  await main();
} catch (error) {
  console.error(`deploy: ${(error as Error).message}`);
  process.exitCode = 1;
}
