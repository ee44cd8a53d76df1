import type { Catalog } from './catalog.ts';
import type { Observation, TouchedTable } from './observe-migration.ts';

/** What of a migration holds requests up for as long as a table is large, or breaks what the previous release does; a line each. */
export function outages({ before, after, tables }: Observation): string[] {
  return [...tables.flatMap(heldUp), ...heldUpTogether(tables), ...gone(before, after), ...stricter(before, after)];
}

const instead = {
  everybody: 'add the constraint NOT VALID, and VALIDATE it in a file of its own',
  writers: 'build the index in a file NNN-subject.concurrently.sql',
} as const;

function heldUp({ name, lock, isRewritten, isScanned }: TouchedTable): string[] {
  if (isRewritten) return [`${name} is written anew while everybody waits: add a column, fill it, use it`];
  if (!lock || !isScanned) return [];
  return [`${name} is read whole while ${lock} ${lock === 'writers' ? 'wait' : 'waits'}: ${instead[lock]}`];
}

function heldUpTogether(tables: readonly TouchedTable[]): string[] {
  const locked = tables.filter(({ lock }) => lock === 'everybody').map(({ name }) => name);
  const written = tables.filter(({ isWritten }) => isWritten).map(({ name }) => name);
  if (locked.length > 1) return [`${locked.join(' and ')} are locked at a time: a file each`];
  if (locked.length > 0 && written.length > 0)
    return [`rows of ${written.join(' and ')} are written while everybody waits for ${locked[0]}: a file each`];
  return [];
}

/** What the previous release may use and does not find any more, or not as it was. */
const gone = (before: Catalog, after: Catalog): string[] =>
  [...before].flatMap(([key, was]) => {
    if (!/^(?:table|column|function|right)/.test(key)) return [];
    const now = after.get(key);
    if (now === undefined)
      return wentWith(key).some((other) => before.has(other) && !after.has(other))
        ? []
        : [`${key} is gone: the previous release may use it`];
    return now === was ? [] : [`${key} was ${was} and is ${now}: the previous release may use it`];
  });

/** Whatever takes this with it when it goes, so that one line is enough. */
function wentWith(key: string): string[] {
  const right = key.split(' on ')[1];
  const table = `table ${tableOf(right ?? key)}`;
  return [table, ...(right ? [`function ${right}`, `column ${right}`] : [])].filter((other) => other !== key);
}

/** What may reject rows that the previous release writes. */
const stricter = (before: Catalog, after: Catalog): string[] =>
  [...after].flatMap(([key, now]) => {
    if (!/^(?:value for|constraint|unique index)/.test(key) || before.get(key) === now) return [];
    const table = tableOf(key);
    if (!before.has(`table ${table}`)) return [];
    return key.startsWith('value for')
      ? [`${key.slice(10)} must have a value: the previous release gives none`]
      : [`${key} (${now}) may reject what the previous release writes`];
  });

/** `posts.posts` of `column posts.posts.title` and of `constraint posts_category of posts.posts`. */
function tableOf(key: string): string {
  const subject = key.split(' ').at(-1) ?? '';
  return subject.split('.').slice(0, 2).join('.');
}
