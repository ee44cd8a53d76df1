import * as v from 'valibot';
import { contract } from './contract.ts';
import { id, text, timestamp } from './field.ts';

const source = '/auth';

export const userRegistered = contract({
  type: 'dev.dormouse.user.registered.v1',
  source,
  schema: v.object({ id, username: text, created_at: timestamp }),
  emitted:
    'Once for every new account, also for one that an import made and nobody has claimed yet. Never holds an e-mail address.',
});

export const userDeleted = contract({
  type: 'dev.dormouse.user.deleted.v1',
  source,
  schema: v.object({ id, username: text }),
  emitted:
    'When an account is deleted, and once more within a minute and a half, for what was written with its last access token meanwhile.',
});

export const userUpdated = contract({
  type: 'dev.dormouse.user.updated.v1',
  source,
  schema: v.object({
    id,
    username: text,
    role: text,
    suspended: v.pipe(v.boolean(), v.description('Whether its access has ended.')),
    changed: v.pipe(v.array(text), v.description('Names of what has other values now.')),
    changed_by: v.optional(v.pipe(id, v.description('Absent where a command on the machine changed it.'))),
  }),
  emitted:
    'When the role of an account was changed, its access ended or given back, or what its owner says of themselves changed.',
});
