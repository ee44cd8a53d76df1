import { buildRouteMap } from '@stricli/core';
import { claim } from './claim.ts';
import { endSessions } from './end-sessions.ts';
import { grant } from './grant.ts';
import { reset } from './reset.ts';
import { role } from './role.ts';
import { setup } from './setup.ts';

/** `dormouse admin …`, which is `npm run admin`. */
export const admin = buildRouteMap({
  docs: { brief: 'Accounts and what they may do' },
  defaultCommand: 'grant',
  routes: { grant, claim, reset, role, setup, 'end-sessions': endSessions },
});
