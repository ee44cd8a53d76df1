import type { Outbox } from '@dormouse/runtime/outbox';
import type { Sql } from '@dormouse/runtime/sql-types';
import { type BlogStore, blogStore } from './blog-store.ts';
import { type ClaimStore, claimStore } from './claim-store.ts';
import { type IdentityStore, identityStore } from './identity-store.ts';
import { type InvitationStore, invitationStore } from './invitation-store.ts';
import { type MailStore, mailStore } from './mail-store.ts';
import { type PasskeyStore, passkeyStore } from './passkey-store.ts';
import { type PasswordTryStore, passwordTryStore } from './password-try-store.ts';
import { type PendingStore, pendingStore } from './pending-store.ts';
import { type PersonalTokenStore, personalTokenStore } from './personal-token-store.ts';
import { type RevocationStore, revocationStore } from './revocation-store.ts';
import { type SecondFactorStore, secondFactorStore } from './second-factor-store.ts';
import { type SessionStore, sessionStore } from './session-store.ts';
import { type UserStore, userStore } from './user-store.ts';

/** auth's tables. A deleted user is found by none of these, and its name is taken for good. */
export interface Store
  extends UserStore,
    SessionStore,
    ClaimStore,
    InvitationStore,
    PersonalTokenStore,
    SecondFactorStore,
    IdentityStore,
    PendingStore,
    PasskeyStore,
    RevocationStore,
    PasswordTryStore,
    MailStore,
    BlogStore {}

/** The store on PostgreSQL; `sql` is connected as role `auth`. */
export const createStore = (sql: Sql, outbox: Outbox): Store => ({
  ...userStore(sql, outbox),
  ...sessionStore(sql),
  ...claimStore(sql),
  ...invitationStore(sql, outbox),
  ...personalTokenStore(sql, outbox),
  ...secondFactorStore(sql, outbox),
  ...identityStore(sql, outbox),
  ...pendingStore(sql),
  ...passkeyStore(sql, outbox),
  ...revocationStore(sql),
  ...passwordTryStore(sql),
  ...mailStore(sql, outbox),
  ...blogStore(sql, outbox),
});
