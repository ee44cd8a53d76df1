import { databaseStore } from '@dormouse/backup/database-store';
import type { OpenBackup } from '@dormouse/backup/open-backup';
import { restoreBackup } from '@dormouse/backup/restore-backup';
import type { Context } from '../context.ts';
import { pairs } from '../terminal.ts';
import { UsageError } from '../usage-error.ts';
import { untilInterrupted } from './interrupted.ts';
import { type KeyFlags, opened } from './opened.ts';
import { type Trial, tryInHome } from './try-in-home.ts';

export interface TryFlags extends KeyFlags {
  yes?: string;
  json?: boolean;
}

/** `dormouse backup try` */
export async function tryBackup(context: Context, { yes, json = false, ...keys }: TryFlags, at: string): Promise<void> {
  const url = yes === undefined ? undefined : namedDatabase(context.env.DATABASE_URL, yes);
  await untilInterrupted(context, 'nothing is left of it', async (signal) => {
    const { terminal, root } = context;
    const progress = (line: string) => void terminal.screen.write(`${line}\n`);
    const backup = await opened(context, keys, at);
    const options = { backup, root, signal, progress };
    const trial = url === undefined ? await tryInHome(options) : await tryInDatabase(options, url);
    const report = reportOf(backup, trial);
    if (json) terminal.print(JSON.stringify(report, null, 2));
    else for (const line of shown(report)) terminal.print(line);
    if (trial.differences.length > 0) context.exitWith(1);

    function shown({ restored, differences, backup: id, moment, ageSeconds, restoreSeconds }: Report): string[] {
      const age = moment === undefined ? 'no database is in it' : `${moment}, ${duration(ageSeconds ?? 0)} ago`;
      const rows: [string, unknown][] = [
        ['backup', id],
        ['moment', age],
        ...Object.entries(restored),
        ['restored within', duration(restoreSeconds)],
        ['differences', differences.length === 0 ? 'none' : differences.length],
      ];
      return [...pairs(rows, terminal), ...differences.map((line) => `  ${line}`)];
    }
  });
}

/** Nobody shall write into a database whose name he did not read. */
function namedDatabase(url: string | undefined, name: string): string {
  if (!url || !URL.canParse(url)) throw new UsageError('--yes NAME goes with DATABASE_URL, whose database it names');
  const own = decodeURIComponent(new URL(url).pathname.slice(1));
  if (own !== name) throw new UsageError(`DATABASE_URL leads to the database ${own}, and --yes names ${name}`);
  return url;
}

interface TrialOptions {
  backup: OpenBackup;
  root: string;
  signal: AbortSignal;
  progress: (line: string) => void;
}

/** In one transaction that is taken back: the store compares what it has restored with the backup. */
async function tryInDatabase({ root, ...options }: TrialOptions, url: string): Promise<Trial> {
  const began = performance.now();
  const stores = [databaseStore({ url, functions: `${root}/functions` })];
  const restored = await restoreBackup({ ...options, stores, isTrial: true });
  return { restored, restoreMs: performance.now() - began, differences: [] };
}

type Report = ReturnType<typeof reportOf>;

function reportOf({ manifest }: OpenBackup, { restored, restoreMs, differences }: Trial) {
  const { database } = manifest.stores;
  const moment = database?.kind === 'database' ? database.moment : undefined;
  return {
    backup: manifest.id,
    moment,
    /** What would be lost if everything were lost now. */
    ageSeconds: moment === undefined ? undefined : Math.round((Date.now() - Date.parse(moment)) / 1000),
    restoreSeconds: Math.round(restoreMs / 100) / 10,
    restored,
    differences,
  };
}

function duration(seconds: number): string {
  if (seconds < 120) return `${seconds} s`;
  return seconds < 2 * 3600 ? `${Math.round(seconds / 60)} min` : `${Math.round(seconds / 3600)} h`;
}
