import { restoreBackup } from '@dormouse/backup/restore-backup';
import type { Context } from '../context.ts';
import { pairs } from '../terminal.ts';
import { untilInterrupted } from './interrupted.ts';
import { restoreIntoHome } from './into-home.ts';
import { type KeyFlags, opened } from './opened.ts';
import { originOf, storesOf } from './stores.ts';

export interface RestoreFlags extends KeyFlags {
  into?: string;
  force?: boolean;
  json?: boolean;
}

/** `dormouse restore` */
export async function restore(
  context: Context,
  { into, force = false, json = false, ...keys }: RestoreFlags,
  at: string,
): Promise<void> {
  await untilInterrupted(context, 'nothing was changed', async (signal) => {
    const { home, databaseUrl } = originOf(context, into);
    const { print, screen } = context.terminal;
    const progress = (line: string) => void screen.write(`${line}\n`);
    const backup = await opened(context, keys, at);
    const { id, stores: sections } = backup.manifest;
    const toRestore = storesOf({
      home,
      databaseUrl,
      root: context.root,
      hasKeys: true,
      isForced: force,
      isRunning: false,
      progress,
    });
    const work = () => restoreBackup({ backup, stores: toRestore, signal, progress });
    const restored = home === undefined ? await work() : await restoreIntoHome(home, backup.manifest, force, work);
    const left = Object.keys(sections).filter((name) => !(name in restored));
    if (json) print(JSON.stringify({ backup: id, restored, left }, null, 2));
    else
      for (const line of pairs(
        [
          ['backup', id],
          ...Object.entries(restored),
          ...(left.length > 0 ? [['not restored', left.join(' ')] as const] : []),
        ],
        context.terminal,
      ))
        print(line);
  });
}
