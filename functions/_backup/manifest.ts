import { createHash } from 'node:crypto';
import * as v from 'valibot';
import { BackupError } from './backup-error.ts';

/** Of the manifest and of what it describes. A reader refuses a higher one. */
export const formatVersion = 1;

const hash = v.pipe(v.string(), v.regex(/^[0-9a-f]{64}$/));
const count = v.pipe(v.number(), v.safeInteger(), v.minValue(0));
const name = v.pipe(v.string(), v.minLength(1), v.maxLength(255));
/** Where a file goes, in the folder of its store: nowhere else. */
const relativePath = v.pipe(
  v.string(),
  v.maxLength(4096),
  v.check(
    (path) => path.split('/').every((part) => part !== '' && part !== '.' && part !== '..') && !/[\0\\]/.test(path),
    'must stay in its folder',
  ),
);

/** One stored object. */
const part = v.object({
  name: v.pipe(v.string(), v.regex(/^[a-z0-9._-]+\/[A-Za-z0-9._-]+$/)),
  /** Of the bytes as they are stored. */
  sha256: hash,
  bytes: count,
  /** Of what they hold, decrypted and unpacked. */
  contentSha256: hash,
  contentBytes: count,
});
export type Part = v.InferOutput<typeof part>;

const table = v.object({ schema: name, name, columns: v.array(name), key: v.array(name), rows: count, part });
export type TableEntry = v.InferOutput<typeof table>;

const database = v.object({
  kind: v.literal('database'),
  /** Everything that was committed before is in it, and nothing later. */
  moment: v.string(),
  server: v.string(),
  /** Schemas: functions that had tables. */
  functions: v.array(name),
  /** The files that had been applied, and their checksums. */
  migrations: v.array(v.object({ name, hash: v.string() })),
  /** In an order in which rows can be inserted. */
  tables: v.array(table),
  sequences: v.array(v.object({ schema: name, name, last: v.nullable(v.string()) })),
});
export type DatabaseSection = v.InferOutput<typeof database>;

const files = v.object({ kind: v.literal('files'), files: v.array(v.object({ path: relativePath, part })) });
export type FilesSection = v.InferOutput<typeof files>;

const section = v.variant('kind', [database, files]);
export type Section = v.InferOutput<typeof section>;

const encryption = v.object({
  kind: v.literal('age'),
  recipients: v.array(v.string()),
  /** The key to the recipient, encrypted by a passphrase. */
  identity: v.optional(v.string()),
});
export type Encryption = v.InferOutput<typeof encryption>;

const manifest = v.object({
  format: v.literal(formatVersion),
  id: v.string(),
  /** Of the platform that made it. */
  version: v.string(),
  startedAt: v.string(),
  finishedAt: v.string(),
  encryption: v.nullable(encryption),
  /** What was left out on purpose. */
  omitted: v.array(v.string()),
  stores: v.record(v.pipe(v.string(), v.regex(/^[a-z]+$/)), section),
});
export type Manifest = v.InferOutput<typeof manifest>;

/** The manifest as it is stored: with a checksum over itself. */
export function writeManifest(content: Manifest): string {
  return `${JSON.stringify({ ...content, sha256: sha256(content) }, null, 1)}\n`;
}

/** @throws BackupError when it is damaged, or of a newer format */
export function readManifest(text: string): Manifest {
  const { sha256: stored, ...content } = parsed(text);
  const { format } = content;
  if (typeof format === 'number' && format > formatVersion)
    throw new BackupError(
      `the backup has format ${format}, and this version of Dormouse reads ${formatVersion}: use a newer one`,
    );
  if (stored !== sha256(content)) throw new BackupError('the manifest is damaged: its checksum is another');
  const result = v.safeParse(manifest, content);
  if (!result.success) throw new BackupError(`the manifest cannot be read: ${v.summarize(result.issues)}`);
  return result.output;
}

function parsed(text: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === 'object' && value !== null) return value as Record<string, unknown>;
  } catch {
    // said below
  }
  throw new BackupError('the manifest is damaged: it is no JSON');
}

const sha256 = (content: object): string => createHash('sha256').update(JSON.stringify(content)).digest('hex');

/** All parts of a backup. */
export const partsOf = ({ stores }: Pick<Manifest, 'stores'>): Part[] =>
  Object.values(stores).flatMap((each) =>
    (each.kind === 'database' ? each.tables : each.files).map((entry) => entry.part),
  );
