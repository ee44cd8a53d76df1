import { Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { BackupError } from './backup-error.ts';
import type { Place } from './place.ts';

/** A place that keeps nothing: what a backup would hold is read, measured and forgotten. */
export const nowhere: Place = {
  name: 'nowhere',
  list: async () => [],
  begin: async () => ({
    write: (_, content) => pipeline(content, new Writable({ write: (_chunk, _encoding, done) => done() })),
    finish: async () => {},
    abandon: async () => {},
  }),
  open: async (id) => {
    throw new BackupError(`there is no whole backup ${id}: nothing is kept here`);
  },
  remove: async () => {},
  tidy: async () => [],
};
