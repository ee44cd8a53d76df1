import { basename, dirname, resolve } from 'node:path';
import { isBackupId } from './backup-id.ts';
import { folderPlace } from './folder-place.ts';
import type { Place } from './place.ts';

/**
 * The place that a user names, a folder or `s3://BUCKET/PREFIX`, and the backup in it where the name ends with its id.
 * @throws BackupError when S3 is asked for without a key
 */
export async function openPlace(
  text: string,
  env: Readonly<Record<string, string | undefined>>,
): Promise<{ place: Place; id: string | undefined }> {
  const named = text.replace(/\/+$/, '') || text;
  const id = isBackupId(basename(named)) ? basename(named) : undefined;
  if (!/^s3:\/\//.test(named)) {
    const folder = resolve(named);
    return { place: folderPlace(id ? dirname(folder) : folder), id };
  }
  // A folder needs nothing of S3.
  const { s3Place } = await import('./s3-place.ts');
  return { place: s3Place({ url: id ? dirname(named) : named, env }), id };
}
