import { copyFileSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join, relative } from 'node:path';
import { backUpFiles, stageFiles } from '@dormouse/backup/files-store';
import type { Store } from '@dormouse/backup/store';
import { openLog } from '@dormouse/eventing/log/segmented-log';
import { diskStore } from '@dormouse/eventing/log/store';
import { recoverBroker } from '@dormouse/eventing/store/recover-broker';

const tries = 10;
const storeName = 'events';

/** Whether a file of a backup is the checkpoint of a log: how far it had been written, which each opening writes anew. */
export const isCheckpoint = (store: string, path: string): boolean => store === storeName && basename(path) === 'end';

/** The logs of the local Brokers, of which a copy is taken that the Broker's own recovery accepts. */
export function eventsStore(folder: string, staging: string): Store {
  return {
    name: storeName,
    async backUp(write) {
      const copy = mkdtempSync(join(tmpdir(), 'dormouse-events-'));
      try {
        for (const log of logsIn(folder)) await copyLog(log, join(copy, relative(folder, log)));
        return await backUpFiles(storeName, copy, write);
      } finally {
        rmSync(copy, { recursive: true, force: true });
      }
    },
    async stage(section, read) {
      const staged = await stageFiles(storeName, section, staging, read);
      const logs = logsIn(staging);
      for (const log of logs) await recover(log);
      return { ...staged, summary: `${logs.length} logs of Brokers` };
    },
  };
}

/** Folders with a log: those with its checkpoint. */
function logsIn(folder: string): string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name === 'end')
    .map(({ parentPath }) => parentPath)
    .sort();
}

/**
 * Copies a log that may be in use. What refers to records is copied before them: the checkpoint, the acknowledgements, the Triggers. A
 * segment that is removed meanwhile, and a write that fails and is taken back, make the copy unreadable; it is made again.
 */
async function copyLog(from: string, to: string): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    try {
      mkdirSync(to, { recursive: true, mode: 0o700 });
      for (const entry of readdirSync(from, { withFileTypes: true }))
        if (entry.isFile() && !/\.(?:new|log)$/.test(entry.name))
          copyFileSync(join(from, entry.name), join(to, entry.name));
      // Segments that were begun meanwhile too.
      for (const name of readdirSync(from)
        .filter((each) => each.endsWith('.log'))
        .sort())
        copyFileSync(join(from, name), join(to, name));
      await recover(to);
      return;
    } catch (error) {
      rmSync(to, { recursive: true, force: true });
      const { code, name } = error as NodeJS.ErrnoException;
      if ((code !== 'ENOENT' && name !== 'LogDamagedError') || attempt === tries) throw error;
    }
  }
}

/** Opens a log as the Broker would, which removes a record that was half written. @throws LogDamagedError */
async function recover(folder: string): Promise<void> {
  const store = diskStore(folder);
  const isOfBroker = basename(folder) !== 'undeliverable' || !existsSync(join(dirname(folder), 'end'));
  const log = isOfBroker ? (await recoverBroker({ store }, 0)).log : await openLog({ store });
  await log.close();
}
