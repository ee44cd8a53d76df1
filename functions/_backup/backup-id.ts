import { randomBytes } from 'node:crypto';

const pattern = /^\d{8}T\d{6}Z-[0-9a-f]{8}$/;

/** A name for a new backup that sorts by time: `20261129T153000Z-1a2b3c4d`. */
export const newBackupId = (now = Date.now()): string =>
  `${new Date(now).toISOString().replace(/\.\d+|[-:]/g, '')}-${randomBytes(4).toString('hex')}`;

export const isBackupId = (text: string): boolean => pattern.test(text);
