import { randomBytes } from 'node:crypto';

const pattern = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z-[0-9a-f]{8}$/;

/** A name for a new backup that sorts by time: `20261129T153000Z-1a2b3c4d`. */
export const newBackupId = (now = Date.now()): string =>
  `${new Date(now).toISOString().replace(/\.\d+|[-:]/g, '')}-${randomBytes(4).toString('hex')}`;

export const isBackupId = (text: string): boolean => pattern.test(text);

/** When a backup began, in milliseconds since 1970; NaN where the text is no id. */
export function beginOf(id: string): number {
  const [, year, month, day, hour, minute, second] = pattern.exec(id) ?? [];
  return Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`);
}
