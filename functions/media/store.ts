import { mediaDeleted, mediaReady, mediaRefused, mediaUploaded } from '@dormouse/events/media';
import { deletedAccount } from '@dormouse/runtime/deleted-account';
import { fail } from '@dormouse/runtime/errors';
import type { Emit, Outbox } from '@dormouse/runtime/outbox';
import { type Dimensions, variantsOf } from '@dormouse/runtime/picture-variants';
import type { Sql, Tx } from '@dormouse/runtime/sql-types';
import { someRows, untilNone } from '@dormouse/runtime/until-none';
import type { Outcome } from './fields.ts';
import { expired } from './grace.ts';
import type { ObjectStore } from './object-store.ts';
import { originalKey, variantKey, variantNames } from './variants.ts';

export type State = 'uploaded' | 'ready' | 'refused';

/** How a picture is shown. */
export interface ReadyPicture extends Dimensions {
  hash: string;
  /** The average, `#rrggbb`. */
  color: string;
}

export interface Picture {
  /** SHA-256 of what was uploaded. */
  hash: string;
  state: State;
  /** Of what was uploaded, by its first bytes. */
  type: string;
  bytes: number;
  /** Of a picture that is ready. */
  made?: Omit<ReadyPicture, 'hash'> | undefined;
  /** Why it was refused. */
  reason?: string | undefined;
  /** When its owner uploaded it; of no owner, when somebody first did. */
  uploadedAt: Date;
}

/** Sort key of a list: milliseconds since 1970, then hash. */
export type Cursor = readonly [uploadedAt: number, hash: string];

export interface Filter {
  ownerId: number;
  limit: number;
  after?: Cursor | undefined;
}

export interface NewPicture {
  ownerId: number;
  hash: string;
  type: string;
  bytes: Uint8Array;
}

/** Pictures in PostgreSQL, and their bytes in a store of objects. */
export interface Pictures {
  /** Stores what was uploaded, and asks for its variants. @returns whether the owner had not uploaded it before */
  add(picture: NewPicture): Promise<{ picture: Picture; isNew: boolean }>;
  /** Newest first, one more than asked for when there are more. */
  list(filter: Filter): Promise<Picture[]>;
  /** @param ownerId whose upload it must be; undefined for anybody's */
  find(hash: string, ownerId: number | undefined): Promise<Picture | undefined>;
  /** Those of some pictures that are ready. */
  ready(hashes: readonly string[]): Promise<ReadyPicture[]>;
  /** Takes the number of a deleted account from everything: its pictures stay for as long as something shows them. */
  disown(accountId: number): Promise<void>;
  /** Takes it from its owner, or, for undefined, from everybody; with the last of them it is gone. @returns whether it was theirs */
  remove(hash: string, ownerId: number | undefined): Promise<boolean>;
  /** Takes it from everybody, if nobody has wanted it for the grace period. @returns whether it is gone */
  collect(hash: string): Promise<boolean>;
  /** What was uploaded. @param ownerId whose upload it must be; undefined for anybody's */
  uploaded(hash: string, ownerId: number | undefined): Promise<Uint8Array<ArrayBuffer> | undefined>;
  /** What was uploaded, while its variants are wanted. */
  original(hash: string): Promise<Uint8Array<ArrayBuffer> | undefined>;
  /** @returns false when it is not wanted any more */
  addVariant(hash: string, name: string, bytes: Uint8Array): Promise<boolean>;
  /** @returns false when it is not wanted any more. @throws AppError conflict when variants are missing */
  finish(hash: string, outcome: Outcome): Promise<boolean>;
}

interface Row {
  hash: string;
  state: State;
  type: string;
  bytes: number;
  width: number | null;
  height: number | null;
  color: string | null;
  animated: boolean | null;
  reason: string | null;
  uploaded_at: Date;
}

export interface Options {
  sql: Sql;
  outbox: Outbox;
  objects: ObjectStore;
}

/**
 * The row of a picture is locked while its objects change, so that a removal never meets an upload half-way. Objects are written before
 * the commit that tells of them and removed before the commit that forgets them: after a crash a picture may lack objects, or objects may
 * lack their picture; the same request again mends the one, and nobody is shown the other.
 */
export function openPictures({ sql, outbox, objects }: Options): Pictures {
  return {
    add: (picture) => outbox.transaction((tx, emit) => add(tx, emit, objects, picture)),
    async list({ ownerId, limit, after }) {
      const older = after ? sql`AND (uploads.created_at, uploads.hash) < (${new Date(after[0])}, ${after[1]})` : sql``;
      const rows = await sql<Row[]>`
        SELECT ${columns(sql)}, uploads.created_at AS uploaded_at FROM uploads JOIN pictures USING (hash)
        WHERE owner_id = ${ownerId} ${older} ORDER BY uploads.created_at DESC, uploads.hash DESC LIMIT ${limit + 1}`;
      await askAgain(outbox, rows);
      return rows.map(toPicture);
    },
    async find(hash, ownerId) {
      const rows =
        ownerId === undefined
          ? await sql<Row[]>`SELECT ${columns(sql)}, created_at AS uploaded_at FROM pictures WHERE hash = ${hash}`
          : await sql<Row[]>`
              SELECT ${columns(sql)}, uploads.created_at AS uploaded_at FROM uploads JOIN pictures USING (hash)
              WHERE owner_id = ${ownerId} AND uploads.hash = ${hash}`;
      await askAgain(outbox, rows);
      return rows[0] && toPicture(rows[0]);
    },
    ready: (hashes) => sql<ReadyPicture[]>`
      SELECT hash, width, height, color, animated FROM pictures WHERE hash = ANY (${hashes as string[]}::text[]) AND state = 'ready'`,
    disown: (accountId) =>
      untilNone(async () => {
        const [row] = await sql<{ count: number }[]>`
          WITH disowned AS (
            DELETE FROM uploads WHERE owner_id = ${accountId}
              AND hash = ANY (ARRAY(SELECT hash FROM uploads WHERE owner_id = ${accountId} LIMIT ${someRows}))
            RETURNING hash, created_at
          ), kept AS (
            INSERT INTO uploads (owner_id, hash, created_at) SELECT ${deletedAccount.id}, hash, created_at FROM disowned ON CONFLICT DO NOTHING
          )
          SELECT count(*)::integer AS count FROM disowned`;
        return row?.count ?? 0;
      }),
    remove: (hash, ownerId) => outbox.transaction((tx, emit) => remove(tx, emit, objects, { hash, ownerId })),
    collect: (hash) =>
      outbox.transaction(async (tx, emit) => {
        const [unused] = await tx`SELECT 1 FROM pictures WHERE hash = ${hash} AND ${expired(tx)} FOR UPDATE`;
        return unused !== undefined && remove(tx, emit, objects, { hash, ownerId: undefined });
      }),
    async uploaded(hash, ownerId) {
      const [theirs] =
        ownerId === undefined
          ? await sql`SELECT 1 FROM pictures WHERE hash = ${hash}`
          : await sql`SELECT 1 FROM uploads WHERE hash = ${hash} AND owner_id = ${ownerId}`;
      return theirs && objects.read(originalKey(hash));
    },
    async original(hash) {
      const [wanted] = await sql`SELECT 1 FROM pictures WHERE hash = ${hash} AND state = 'uploaded'`;
      return wanted && objects.read(originalKey(hash));
    },
    addVariant: (hash, name, bytes) =>
      outbox.transaction(async (tx) => {
        const [wanted] = await tx`SELECT 1 FROM pictures WHERE hash = ${hash} AND state = 'uploaded' FOR SHARE`;
        if (wanted) await objects.write(variantKey(hash, name), bytes);
        return wanted !== undefined;
      }),
    finish: (hash, outcome) => outbox.transaction((tx, emit) => finish(tx, emit, objects, { hash, outcome })),
  };
}

const columns = (sql: Sql | Tx) =>
  sql.unsafe(
    ['hash', 'state', 'type', 'bytes', 'width', 'height', 'color', 'animated', 'reason']
      .map((name) => `pictures.${name}`)
      .join(', '),
  ) as unknown as ReturnType<Sql>;

function toPicture({ hash, state, type, bytes, width, height, color, animated, reason, uploaded_at }: Row): Picture {
  return {
    hash,
    state,
    type,
    bytes,
    ...(state === 'ready' && {
      made: { width: width as number, height: height as number, color: color as string, animated: animated as boolean },
    }),
    ...(reason !== null && { reason }),
    uploadedAt: uploaded_at,
  };
}

const subjectOf = (hash: string): string => `media/${hash}`;

function ask(emit: Emit, { hash, type, bytes }: Pick<Row, 'hash' | 'type' | 'bytes'>): void {
  emit(mediaUploaded, subjectOf(hash), { hash, type, bytes });
}

async function add(
  tx: Tx,
  emit: Emit,
  objects: ObjectStore,
  { ownerId, hash, type, bytes }: NewPicture,
): Promise<{ picture: Picture; isNew: boolean }> {
  const [row] = await tx<(Row & { is_first: boolean })[]>`
    INSERT INTO pictures (hash, type, bytes) VALUES (${hash}, ${type}, ${bytes.length})
    ON CONFLICT (hash) DO UPDATE SET wanted_at = clock_timestamp(), unused_since = NULL
    RETURNING ${columns(tx)}, xmax = 0 AS is_first`;
  const { is_first: isFirst, ...kept } = row as Row & { is_first: boolean };
  const [upload] = await tx<{ created_at: Date }[]>`
    INSERT INTO uploads (owner_id, hash) VALUES (${ownerId}, ${hash}) ON CONFLICT DO NOTHING RETURNING created_at`;
  const [known] = upload
    ? [upload]
    : await tx<{ created_at: Date }[]>`
    SELECT created_at FROM uploads WHERE owner_id = ${ownerId} AND hash = ${hash}`;
  const uploadedAt = known?.created_at as Date;
  const isWhole = !isFirst && (await isComplete(objects, kept));
  if (isWhole) return { picture: toPicture({ ...kept, uploaded_at: uploadedAt }), isNew: upload !== undefined };
  await objects.write(originalKey(hash), bytes);
  if (!isFirst)
    await tx`UPDATE pictures SET state = 'uploaded', reason = NULL, asked_at = clock_timestamp() WHERE hash = ${hash}`;
  ask(emit, kept);
  return {
    picture: { hash, state: 'uploaded', type: kept.type, bytes: kept.bytes, uploadedAt },
    isNew: upload !== undefined,
  };
}

/** Whether all is there that its state promises. What was refused is tried again: what decodes it may have become better. */
async function isComplete(objects: ObjectStore, row: Row): Promise<boolean> {
  if (row.state === 'refused' || !(await objects.has(originalKey(row.hash)))) return false;
  const { made } = toPicture(row);
  return made === undefined || hasAll(objects, row.hash, variantsOf(made));
}

async function hasAll(objects: ObjectStore, hash: string, variants: readonly { name: string }[]): Promise<boolean> {
  const there = await Promise.all(variants.map(({ name }) => objects.has(variantKey(hash, name))));
  return there.every(Boolean);
}

/** What somebody looks at and still waits for after two minutes is asked for again: the event, or who handled it, is lost. */
async function askAgain(outbox: Outbox, rows: readonly Row[]): Promise<void> {
  const waiting = rows.filter(({ state }) => state === 'uploaded').map(({ hash }) => hash);
  if (waiting.length === 0) return;
  await outbox.transaction(async (tx, emit) => {
    const late = await tx<Row[]>`
      UPDATE pictures SET asked_at = clock_timestamp()
      WHERE hash = ANY (${waiting}::text[]) AND state = 'uploaded' AND asked_at < clock_timestamp() - interval '2 minutes'
      RETURNING ${columns(tx)}`;
    for (const each of late) ask(emit, each);
  });
}

async function remove(
  tx: Tx,
  emit: Emit,
  objects: ObjectStore,
  { hash, ownerId }: { hash: string; ownerId: number | undefined },
): Promise<boolean> {
  const [locked] = await tx`SELECT 1 FROM pictures WHERE hash = ${hash} FOR UPDATE`;
  if (!locked) return false;
  const whose = ownerId === undefined ? tx`` : tx`AND owner_id = ${ownerId}`;
  const taken = await tx`DELETE FROM uploads WHERE hash = ${hash} ${whose} RETURNING 1`;
  if (taken.length === 0) return false;
  const [another] = await tx`SELECT 1 FROM uploads WHERE hash = ${hash} LIMIT 1`;
  if (another) return true;
  await objects.remove([originalKey(hash), ...variantNames.map((name) => variantKey(hash, name))]);
  await tx`DELETE FROM pictures WHERE hash = ${hash}`;
  emit(mediaDeleted, subjectOf(hash), { hash });
  return true;
}

async function finish(
  tx: Tx,
  emit: Emit,
  objects: ObjectStore,
  { hash, outcome }: { hash: string; outcome: Outcome },
): Promise<boolean> {
  const [wanted] = await tx`SELECT 1 FROM pictures WHERE hash = ${hash} AND state = 'uploaded' FOR UPDATE`;
  if (!wanted) return false;
  if (outcome.state === 'refused') {
    const { reason } = outcome;
    await objects.remove(variantNames.map((name) => variantKey(hash, name)));
    await tx`UPDATE pictures SET state = 'refused', reason = ${reason} WHERE hash = ${hash}`;
    emit(mediaRefused, subjectOf(hash), { hash, reason });
    return true;
  }
  const { width, height, color, animated } = outcome;
  if (!(await hasAll(objects, hash, variantsOf(outcome)))) fail('conflict', 'Variants of this picture are missing.');
  await tx`
    UPDATE pictures SET state = 'ready', width = ${width}, height = ${height}, color = ${color}, animated = ${animated}
    WHERE hash = ${hash}`;
  emit(mediaReady, subjectOf(hash), { hash, width, height, color, animated });
  return true;
}
