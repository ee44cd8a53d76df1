import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Api } from '@dormouse/runtime/api';
import type { DescribedFunction } from './document.ts';

const folder = join(import.meta.dirname, '..');

/** Every function with an `api.ts`, in the order of their names. */
export async function describedFunctions(): Promise<DescribedFunction[]> {
  const names = readdirSync(folder)
    .filter((name) => !name.startsWith('_') && existsSync(join(folder, name, 'api.ts')))
    .sort();
  return Promise.all(
    names.map(async (name) => {
      const { api, about } = (await import(join(folder, name, 'api.ts'))) as { api: Api; about: string };
      return { name, description: about, api };
    }),
  );
}
