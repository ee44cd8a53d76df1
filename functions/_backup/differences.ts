import type { Manifest, Section } from './manifest.ts';

/**
 * What a backup of now holds otherwise than one of before, a line each: tables by rows and SHA-256, sequences, migrations, files by SHA-256.
 * Nobody may have written meanwhile.
 */
export function differencesBetween(before: Pick<Manifest, 'stores'>, now: Pick<Manifest, 'stores'>): string[] {
  return Object.entries(before.stores).flatMap(([store, section]) => {
    const other = now.stores[store];
    return other ? differing(store, contentsOf(section), contentsOf(other)) : [`${store} is missing`];
  });
}

function differing(store: string, before: ReadonlyMap<string, string>, now: ReadonlyMap<string, string>): string[] {
  const names = [...new Set([...before.keys(), ...now.keys()])].sort();
  return names.flatMap((name) => {
    const [one, other] = [before.get(name), now.get(name)];
    if (one === other) return [];
    if (other === undefined) return [`${store}: ${name} is missing`];
    return [one === undefined ? `${store}: ${name} is new` : `${store}: ${name} is ${other} instead of ${one}`];
  });
}

function contentsOf(section: Section): ReadonlyMap<string, string> {
  if (section.kind === 'files') return new Map(section.files.map(({ path, part }) => [path, part.contentSha256]));
  return new Map([
    ...section.tables.map(
      ({ schema, name, rows, part }) => [`table ${schema}.${name}`, `${rows} rows (${part.contentSha256})`] as const,
    ),
    ...section.sequences.map(({ schema, name, last }) => [`sequence ${schema}.${name}`, `at ${last}`] as const),
    ...section.migrations.map(({ name, hash }) => [`migration ${name}`, hash] as const),
  ]);
}
