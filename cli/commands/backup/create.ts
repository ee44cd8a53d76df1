import { buildCommand } from '@stricli/core';
import type { CreateFlags } from '../../backup/create.ts';
import type { Context } from '../../context.ts';
import { flag, option, wholeNumber } from '../../parameters.ts';
import { place } from './parameters.ts';

/** `dormouse backup create PLACE` */
export const create = buildCommand({
  docs: {
    brief: 'Makes a backup, also while the platform runs',
    fullDescription: [
      'Makes a backup of the local platform: database, events of the Broker, pictures, keys. It may run meanwhile. With',
      'DATABASE_URL and without --home (or DORMOUSE_HOME) that database alone is backed up.',
      '',
      'PLACE is a folder, or s3://BUCKET/PREFIX with AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_REGION and',
      'AWS_ENDPOINT_URL in the environment. A backup that was interrupted is never taken for a whole one.',
    ].join('\n'),
  },
  parameters: {
    flags: {
      home: option('FOLDER', 'Home of the local platform (default: DORMOUSE_HOME, or .dormouse)'),
      recipient: option('AGE1…', 'Encrypt everything for this age recipient'),
      passphraseFile: option('FILE', 'Encrypt everything by the passphrase in this file'),
      withoutKeys: flag('Leave out the keys that sign tokens and events'),
      plainKeys: flag('Store the keys readable for whoever can read the backup'),
      keep: option('N', 'Afterwards remove all but the newest N backups of PLACE', wholeNumber(1)),
      json: flag('Print JSON for programs'),
    },
    positional: { kind: 'tuple', parameters: [place] },
  },
  async loader() {
    const { create: createBackup } = await import('../../backup/create.ts');
    return function createOne(this: Context, flags: CreateFlags, at: string) {
      return createBackup(this, flags, at);
    };
  },
});
