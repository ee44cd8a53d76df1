import { readManifest } from '@dormouse/backup/manifest';
import { openPlace } from '@dormouse/backup/open-place';
import type { Context } from '../context.ts';
import { table } from '../terminal.ts';
import { summaryOf } from './create.ts';

/** `dormouse backup list` */
export async function listBackups({ env, terminal }: Context, json: boolean, at: string): Promise<void> {
  const { place, id } = await openPlace(at, env);
  const ids = id ? [id] : await place.list();
  const rows = await Promise.all(ids.map(async (each) => describe(each, (await place.open(each)).manifest)));
  if (json) terminal.print(JSON.stringify(rows, null, 2));
  else {
    const columns = ['backup', 'moment', 'rows', 'bytes', 'encrypted', 'omitted'];
    for (const line of table(
      columns,
      rows.map((row) => columns.map((column) => row[column])),
      terminal,
    ))
      terminal.print(line);
  }
}

/** A damaged one is listed too: whoever looks for a backup has to know. */
function describe(id: string, manifest: string): Record<string, unknown> {
  try {
    return summaryOf(readManifest(manifest));
  } catch (error) {
    return { backup: id, problem: (error as Error).message, moment: (error as Error).message };
  }
}
