import { argument, option } from '../../parameters.ts';

/** Where backups are. */
export const place = argument('PLACE', 'Folder of backups, or s3://BUCKET/PREFIX');

/** One backup, or the newest. */
export const backupOf = argument('BACKUP', 'A backup (PLACE/ID), or a place: the newest that is there');

/** What opens an encrypted backup. */
export const keyFlags = {
  passphraseFile: option('FILE', 'File with the passphrase that the backup was encrypted by'),
  identityFile: option('FILE', 'File with the age identity of the recipient (AGE-SECRET-KEY-1…)'),
};
