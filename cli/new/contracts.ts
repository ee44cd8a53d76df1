import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { EventContract } from '@dormouse/events/contract';
import type { KnownContract } from './new-function.ts';

/** Every contract of a project's catalogue, with the module and the constant that hold it. */
export async function knownContracts(root: string): Promise<KnownContract[]> {
  const text = readFileSync(join(root, 'events/catalogue.ts'), 'utf8');
  const modules = [...text.matchAll(/from '\.\/([\w-]+)\.ts'/g)].map(([, name]) => name as string);
  const { catalogue } = (await importFrom(root, 'catalogue')) as { catalogue: readonly EventContract[] };
  const found = await Promise.all(
    modules.map(async (module) => {
      const exported = Object.entries(await importFrom(root, module));
      return exported
        .filter(([, value]) => catalogue.includes(value as EventContract))
        .map(([constant, contract]): KnownContract => ({ contract: contract as EventContract, constant, module }));
    }),
  );
  return found.flat();
}

const importFrom = async (root: string, module: string): Promise<Record<string, unknown>> =>
  import(pathToFileURL(join(root, 'events', `${module}.ts`)).href);
