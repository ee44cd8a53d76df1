import type { Manifest, Section } from './manifest.ts';

/** Whether a file is its program's own note, which is another after each start and holds nothing of people's. */
export type IsBookkeeping = (store: string, path: string) => boolean;

/**
 * What a backup of now holds otherwise than one of before, a line each: tables by rows and SHA-256, sequences, migrations, files by SHA-256.
 * Nobody may have written meanwhile. A file of bookkeeping has to be there, whatever is in it.
 */
export function differencesBetween(
  before: Pick<Manifest, 'stores'>,
  now: Pick<Manifest, 'stores'>,
  isBookkeeping: IsBookkeeping = () => false,
): string[] {
  return Object.entries(before.stores).flatMap(([store, section]) => {
    const other = now.stores[store];
    if (!other) return [`${store} is missing`];
    const isNote = (path: string) => isBookkeeping(store, path);
    return differing(store, contentsOf(section, isNote), contentsOf(other, isNote));
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

function contentsOf(section: Section, isNote: (path: string) => boolean): ReadonlyMap<string, string> {
  if (section.kind === 'files')
    return new Map(section.files.map(({ path, part }) => [path, isNote(path) ? 'there' : part.contentSha256]));
  return new Map([
    ...section.tables.map(
      ({ schema, name, rows, part }) => [`table ${schema}.${name}`, `${rows} rows (${part.contentSha256})`] as const,
    ),
    ...section.sequences.map(({ schema, name, last }) => [`sequence ${schema}.${name}`, `at ${last}`] as const),
    ...section.migrations.map(({ name, hash }) => [`migration ${name}`, hash] as const),
  ]);
}
