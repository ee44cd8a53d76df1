import * as v from 'valibot';
import { contract } from './contract.ts';
import { id, text, timestamp } from './field.ts';

const source = '/auth';
const role = v.pipe(text, v.description('Role of the account that it makes.'));
const invitation = { id, role, invited_by: v.pipe(id, v.description('Account of the inviter.')) };

export const invitationCreated = contract({
  type: 'dev.dormouse.invitation.created.v1',
  source,
  schema: v.object({ ...invitation, expires_at: timestamp }),
  emitted: 'Once when somebody made an invitation. Never holds its code, nor name or e-mail address of whom it is for.',
});

export const invitationAccepted = contract({
  type: 'dev.dormouse.invitation.accepted.v1',
  source,
  schema: v.object({ ...invitation, user_id: v.pipe(id, v.description('The new account.')), username: text }),
  emitted: 'Once when an account was made with an invitation, which ends it.',
});

export const invitationRevoked = contract({
  type: 'dev.dormouse.invitation.revoked.v1',
  source,
  schema: v.object({
    ...invitation,
    revoked_by: v.optional(v.pipe(id, v.description('Absent where its inviter deleted their account.'))),
  }),
  emitted: 'Once when an invitation was revoked, or ended with its inviter’s access. Not when it expires.',
});
