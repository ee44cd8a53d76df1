import { createBackup } from '@dormouse/backup/create-backup';
import type { Lock } from '@dormouse/backup/encryption';
import { type Manifest, partsOf } from '@dormouse/backup/manifest';
import { openPlace } from '@dormouse/backup/open-place';
import { pruneBackups } from '@dormouse/backup/prune-backups';
import type { Context } from '../context.ts';
import packageJson from '../package.json' with { type: 'json' };
import { pairs } from '../terminal.ts';
import { UsageError } from '../usage-error.ts';
import { untilInterrupted } from './interrupted.ts';
import { secretOf } from './secret-file.ts';
import { holdHome, originOf, storesOf } from './stores.ts';

export interface CreateFlags {
  home?: string;
  recipient?: string;
  passphraseFile?: string;
  plainKeys?: boolean;
  withoutKeys?: boolean;
  keep?: number;
  json?: boolean;
}

/** `dormouse backup create` */
export async function create(context: Context, flags: CreateFlags, at: string): Promise<void> {
  const origin = originOf(context, flags.home);
  const lock = lockOf(flags);
  if (origin.home !== undefined) decideAboutKeys(flags, lock);
  const { place, id } = await openPlace(at, context.env);
  if (id) throw new UsageError(`${at} is a backup: name the folder or bucket that it is in`);
  const hold = origin.home === undefined ? undefined : holdHome(origin.home);
  const { print, screen } = context.terminal;
  const progress = (line: string) => void screen.write(`${line}\n`);
  const hasKeys = !flags.withoutKeys;
  try {
    await untilInterrupted(context, 'nothing was stored', async (signal) => {
      const stores = storesOf({
        ...origin,
        root: context.root,
        hasKeys,
        isRunning: hold?.isRunning ?? false,
        progress,
      });
      const omitted = origin.home === undefined ? ['events', 'pictures', 'keys'] : hasKeys ? [] : ['keys'];
      const { version } = packageJson;
      const manifest = await createBackup({ place, stores, omitted, lock, version, signal, progress });
      if (flags.keep !== undefined) await pruneBackups({ place, retention: { newest: flags.keep }, progress });
      if (flags.json) print(JSON.stringify({ place: place.name, ...summaryOf(manifest) }, null, 2));
      else for (const line of pairs(Object.entries(summaryOf(manifest)), context.terminal)) print(line);
    });
  } finally {
    hold?.release();
  }
}

function lockOf({ recipient, passphraseFile }: CreateFlags): Lock | undefined {
  if (recipient !== undefined && passphraseFile !== undefined)
    throw new UsageError('--recipient and --passphrase-file exclude each other');
  if (recipient !== undefined) return { recipient };
  return passphraseFile === undefined ? undefined : { passphrase: secretOf('passphrase-file', passphraseFile) };
}

function decideAboutKeys({ plainKeys, withoutKeys }: CreateFlags, lock: Lock | undefined): void {
  const decisions = [lock !== undefined, plainKeys === true, withoutKeys === true].filter(Boolean).length;
  if (decisions === 0)
    throw new UsageError(
      'the home holds keys that sign tokens and events: encrypt the backup with --recipient or --passphrase-file, leave them out with --without-keys, or store them readable with --plain-keys',
    );
  if (plainKeys && (withoutKeys || lock)) throw new UsageError('--plain-keys excludes --without-keys and encryption');
}

/** What people want to know of a backup. */
export function summaryOf(manifest: Manifest): Record<string, unknown> {
  const { database } = manifest.stores;
  const parts = partsOf(manifest);
  return {
    backup: manifest.id,
    ...(database?.kind === 'database' && {
      moment: database.moment,
      rows: database.tables.reduce((sum, { rows }) => sum + rows, 0),
    }),
    stores: Object.keys(manifest.stores).join(' '),
    omitted: manifest.omitted.join(' ') || 'nothing',
    encrypted: manifest.encryption
      ? manifest.encryption.identity
        ? 'by a passphrase'
        : manifest.encryption.recipients.join(' ')
      : 'no',
    bytes: parts.reduce((sum, { bytes }) => sum + bytes, 0),
    parts: parts.length,
  };
}
