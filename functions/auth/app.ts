import { newApp } from '@dormouse/runtime/app';
import { accounts } from './accounts.ts';
import { blog } from './blog.ts';
import type { Auth } from './dependencies.ts';
import { discovery } from './discovery.ts';
import { identities } from './identities.ts';
import { invitations } from './invitations.ts';
import { mails } from './mails.ts';
import { oauth } from './oauth.ts';
import { ownSessions } from './own-sessions.ts';
import { passkeys } from './passkeys.ts';
import { people } from './people.ts';
import { personalTokens } from './personal-tokens.ts';
import { secondFactors } from './second-factors.ts';
import { sessions } from './sessions.ts';

/** The function auth: who somebody is. */
export function createApp(auth: Auth) {
  return newApp()
    .route('/', discovery(auth))
    .route('/', accounts(auth))
    .route('/', sessions(auth))
    .route('/', ownSessions(auth))
    .route('/', personalTokens(auth))
    .route('/', secondFactors(auth))
    .route('/', oauth(auth))
    .route('/', identities(auth))
    .route('/', passkeys(auth))
    .route('/', people(auth))
    .route('/', invitations(auth))
    .route('/', mails(auth))
    .route('/', blog(auth));
}
