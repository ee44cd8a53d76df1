import type { NewEvent, NewFunction } from '../new-function.ts';
import { importsOf, lines } from './lines.ts';

/** The first migration. */
export const migrationTemplate = ({ name }: NewFunction): string =>
  lines(
    `-- In the schema ${name}, as the role ${name}.`,
    'CREATE TABLE entries (',
    '  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,',
    "  text text NOT NULL CHECK (text <> ''),",
    '  created_at timestamptz(3) NOT NULL DEFAULT clock_timestamp()',
    ');',
  );

/** `store.ts`: the only file that knows the table. */
export function storeTemplate({ emits }: NewFunction): string {
  return lines(
    importsOf([
      ...(emits ? [[`@dormouse/events/${emits.aggregate}`, emits.constant] as const] : []),
      ['@dormouse/runtime/outbox', 'type Emit, type Outbox'],
      ['@dormouse/runtime/sql-types', 'type Sql, type Tx'],
    ]),
    '',
    `export interface Entry {
  id: number;
  text: string;
  createdAt: Date;
}

export interface Entries {
  /** The newest hundred, the newest first. */
  newest(): Promise<Entry[]>;
  /** Adds one, in a transaction of its own. */
  add(text: string): Promise<Entry>;
  /** Adds one in the transaction of something else. */
  insert(text: string, tx: Tx, emit: Emit): Promise<Entry>;
}

interface Row {
  id: string;
  text: string;
  created_at: Date;
}

const toEntry = ({ id, text, created_at }: Row): Entry => ({ id: Number(id), text, createdAt: created_at });

export function openEntries({ sql, outbox }: { sql: Sql; outbox: Outbox }): Entries {
  return {
    newest: async () =>
      (await sql<Row[]>\`SELECT id, text, created_at FROM entries ORDER BY id DESC LIMIT 100\`).map(toEntry),
    add: (text) => outbox.transaction((tx, emit) => insert(text, tx, emit)),
    insert,
  };
}

${emits ? emitting(emits) : silent}`,
  );
}

const emitting = ({
  aggregate,
  constant,
}: NewEvent) => `async function insert(text: string, tx: Tx, emit: Emit): Promise<Entry> {
  const [row] = await tx<Row[]>\`INSERT INTO entries (text) VALUES (\${text}) RETURNING id, text, created_at\`;
  const entry = toEntry(row as Row);
  emit(${constant}, \`${aggregate}/\${entry.id}\`, { id: entry.id, text, created_at: entry.createdAt.toISOString() });
  return entry;
}`;

const silent = `async function insert(text: string, tx: Tx, _emit: Emit): Promise<Entry> {
  const [row] = await tx<Row[]>\`INSERT INTO entries (text) VALUES (\${text}) RETURNING id, text, created_at\`;
  return toEntry(row as Row);
}`;
