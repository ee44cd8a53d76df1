import { openPlace } from '@dormouse/backup/open-place';
import { pruneBackups } from '@dormouse/backup/prune-backups';
import type { Context } from '../context.ts';
import { UsageError } from '../usage-error.ts';

export interface PruneFlags {
  keep?: number;
  daily?: number;
  weekly?: number;
  monthly?: number;
  dryRun?: boolean;
  json?: boolean;
}

/** `dormouse backup prune` */
export async function prune(
  { env, terminal }: Context,
  { keep: newest = 7, dryRun = false, json = false, daily, weekly, monthly }: PruneFlags,
  at: string,
): Promise<void> {
  const { place, id } = await openPlace(at, env);
  if (id) throw new UsageError(`${at} is a backup: name the folder or bucket that it is in`);
  const progress = (line: string) => void terminal.screen.write(`${line}\n`);
  const retention = { newest, daily, weekly, monthly };
  const pruned = await pruneBackups({ place, retention, isDryRun: dryRun, progress });
  if (json) {
    terminal.print(JSON.stringify({ place: place.name, dryRun, ...pruned }, null, 2));
    return;
  }
  const { kept, removed, damaged, leftBehind } = pruned;
  for (const one of removed) terminal.print(`${dryRun ? 'would remove' : 'removed'} ${one}`);
  for (const one of leftBehind) terminal.print(`removed what ${one} had left behind`);
  for (const one of damaged) terminal.print(`${one} is damaged: it does not count, and stays`);
  terminal.print(
    `${kept.length} ${kept.length === 1 ? 'backup' : 'backups'} kept, ${removed.length} ${dryRun ? 'to remove' : 'removed'}`,
  );
}
