import { join } from 'node:path';
import { newKeySet, publishedKeys, readKeySet } from '@dormouse/events/key-set';
import type { SecretRecipe } from '@dormouse/manifests/local-config';
import { readSecret, writeSecret } from './secret-files.ts';

/**
 * Makes the signing keys that are missing, and publishes the public halves of all: at each start, since a producer may have been
 * added or its keys rotated.
 */
export function prepareEventKeys(folder: string, recipes: ReadonlyMap<string, SecretRecipe>): void {
  const sets = [...recipes].flatMap(([name, recipe]) => {
    if (recipe.kind !== 'event-signing') return [];
    const there = readSecret(folder, name)?.EVENT_SIGNING_KEYS;
    if (there) return [readKeySet(there, join(folder, name))];
    const made = newKeySet(recipe.source, Date.now());
    writeSecret(join(folder, name), 'EVENT_SIGNING_KEYS', JSON.stringify(made));
    return [made];
  });
  for (const [name, { kind }] of recipes)
    if (kind === 'event-keys') writeSecret(join(folder, name), 'EVENT_KEYS', JSON.stringify(publishedKeys(sets)));
}
