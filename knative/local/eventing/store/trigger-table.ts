import { crc32 } from 'node:zlib';
import type { Store } from '../log/store.ts';

/** A trigger the log knows: the number its acknowledgements bear, and the sequence it began at. */
export interface KnownTrigger {
  number: number;
  start: number;
}

export interface TriggerTable {
  /** By name. */
  readonly triggers: ReadonlyMap<string, KnownTrigger>;
  /** What was wrong with the stored table, `undefined` when nothing. */
  damage: 'missing' | 'damaged' | undefined;
  /** Replaces the table; it is on disk when this resolves. */
  write(triggers: ReadonlyMap<string, KnownTrigger>): Promise<void>;
}

const fileName = 'triggers.json';

/** Reads the table of triggers: text with a checksum over it, replaced as a whole. */
export async function triggerTable(store: Store): Promise<TriggerTable> {
  const read = await readTable(store);
  const table: TriggerTable = {
    triggers: typeof read === 'string' ? new Map() : read,
    damage: typeof read === 'string' ? read : undefined,
    async write(triggers) {
      const content = JSON.stringify([...triggers].map(([name, known]) => ({ name, ...known })));
      await store.replace(fileName, Buffer.from(`${crc32(content)} ${content}\n`));
      Object.assign(table, { triggers, damage: undefined });
    },
  };
  return table;
}

async function readTable(store: Store): Promise<Map<string, KnownTrigger> | 'missing' | 'damaged'> {
  if (!(await store.list()).includes(fileName)) return 'missing';
  const file = await store.open(fileName);
  const text = (await file.read(0, await file.size())).toString();
  await file.close();
  const space = text.indexOf(' ');
  const content = text.slice(space + 1, -1);
  if (!text.endsWith('\n') || text.slice(0, space) !== String(crc32(content))) return 'damaged';
  const rows = JSON.parse(content) as ({ name: string } & KnownTrigger)[];
  return new Map(rows.map(({ name, ...known }) => [name, known]));
}
