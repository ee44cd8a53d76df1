import * as v from 'valibot';
import { contract } from './contract.ts';
import { id, text, timestamp } from './field.ts';

const source = '/auth';
const token = {
  id: v.pipe(text, v.description('Number of the token (a UUID), which is not the token itself.')),
  user_id: v.pipe(id, v.description('Account that the token speaks for.')),
  scopes: v.pipe(v.array(text), v.description('All that it may do.')),
};

export const tokenCreated = contract({
  type: 'dev.dormouse.token.created.v1',
  source,
  schema: v.object({ ...token, expires_at: timestamp }),
  emitted: 'Once when somebody made a personal access token. Never holds the token, nor its name.',
});

export const tokenRevoked = contract({
  type: 'dev.dormouse.token.revoked.v1',
  source,
  schema: v.object(token),
  emitted:
    'Once when its owner revoked a personal access token. Not when it expires, nor when it ends with all log-ins.',
});
