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
  emitted: 'Once when an account is deleted.',
});
