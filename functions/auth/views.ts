import { nothingLeft, type ResponseOf } from '@dormouse/runtime/api';
import { accessTokenSeconds } from '@dormouse/runtime/token-life';
import type { api } from './api.ts';
import type { Blog } from './blog-store.ts';
import type { KnownProvider } from './dependencies.ts';
import type { Identity } from './identity-store.ts';
import type { Invitation } from './invitation-store.ts';
import { isPassword } from './no-password.ts';
import type { Passkey } from './passkey-store.ts';
import type { PersonalToken } from './personal-token-store.ts';
import type { OwnSession } from './session-store.ts';
import type { Registration } from './settings.ts';
import type { User } from './user.ts';

/** An account as its registration answers it; an imported one has no e-mail address yet. */
export const registeredView = ({
  id,
  username,
  email,
}: Pick<User, 'id' | 'username'> & { email?: string }): ResponseOf<typeof api.register> => ({
  id,
  username,
  ...(email !== undefined && { email }),
});

/** An account as anybody sees it. */
export function publicView(user: User): ResponseOf<typeof api.user, 200> {
  const { email, emailVerified, commentMails, passwordHash, role, suspended, ...shown } = user; // its owner's, and administrators'
  const { id, username, displayName, bio, links, picture, createdAt, ...unanswered } = shown;
  nothingLeft(unanswered);
  return {
    id,
    username,
    display_name: displayName,
    bio: bio ?? null,
    links: [...links],
    picture: picture ?? null,
    created_at: createdAt.toISOString(),
  };
}

/** An account as its owner sees it. @param newEmail that a link was sent to */
export function ownView({ suspended, ...user }: User, newEmail: string | undefined): ResponseOf<typeof api.me, 200> {
  const { id, username, email, emailVerified, commentMails, displayName, bio, links, picture, ...others } = user;
  const { role, passwordHash, createdAt, ...unanswered } = others;
  nothingLeft(unanswered);
  return {
    id,
    username,
    email: email ?? null,
    email_verified: emailVerified,
    new_email: newEmail ?? null,
    comment_mails: commentMails,
    display_name: displayName,
    bio: bio ?? null,
    links: [...links],
    picture: picture ?? null,
    role,
    has_password: isPassword(passwordHash),
    created_at: createdAt.toISOString(),
  };
}

/** A log-in as its owner sees it. @param current the log-in that asks */
export function sessionView(
  { id, createdAt, usedAt, expiresAt, agent }: OwnSession,
  current: string | undefined,
): ResponseOf<typeof api.sessions, 200>[number] {
  return {
    id,
    current: id === current,
    agent: agent ?? null,
    created_at: createdAt.toISOString(),
    used_at: usedAt.toISOString(),
    expires_at: expiresAt.toISOString(),
  };
}

/** A personal access token as its owner sees it, without its secret. */
export const personalTokenView = ({
  id,
  name,
  scopes,
  createdAt,
  expiresAt,
  usedAt,
}: PersonalToken): ResponseOf<typeof api.personalTokens, 200>[number] => ({
  id,
  name,
  scopes: [...scopes],
  created_at: createdAt.toISOString(),
  expires_at: expiresAt.toISOString(),
  used_at: usedAt?.toISOString() ?? null,
});

/** An account at a provider as its owner sees it. @param providers whom this blog knows now */
export const identityView = (
  { id, issuer, label, createdAt, usedAt }: Identity,
  providers: readonly KnownProvider[],
): ResponseOf<typeof api.identities, 200>[number] => {
  const provider = providers.find((each) => each.issuer === issuer);
  return {
    id,
    provider: provider?.name ?? null,
    provider_name: provider?.label ?? new URL(issuer).host,
    account: label,
    created_at: createdAt.toISOString(),
    used_at: usedAt?.toISOString() ?? null,
  };
};

/** A passkey as its owner sees it. */
export const passkeyView = ({
  id,
  name,
  createdAt,
  usedAt,
}: Pick<Passkey, 'id' | 'name' | 'createdAt' | 'usedAt'>): ResponseOf<typeof api.passkeys, 200>[number] => ({
  id,
  name,
  created_at: createdAt.toISOString(),
  used_at: usedAt?.toISOString() ?? null,
});

/** An account as administrators see it: without its e-mail address, which is its owner's. */
export function personView({
  email,
  emailVerified,
  commentMails,
  bio,
  links,
  picture,
  ...user
}: User): ResponseOf<typeof api.people, 200>[number] {
  const { id, username, displayName, passwordHash, role, suspended, createdAt, ...unanswered } = user;
  nothingLeft(unanswered);
  return {
    id,
    username,
    display_name: displayName,
    role,
    suspended,
    claimed: passwordHash !== undefined,
    created_at: createdAt.toISOString(),
  };
}

/** An invitation as its inviter and administrators see it. */
export function invitationView(invitation: Invitation): ResponseOf<typeof api.invitations, 200>['invitations'][number] {
  const { id, role, name, email, invitedBy, createdAt, expiresAt, ...unanswered } = invitation;
  nothingLeft(unanswered);
  return {
    id,
    role,
    name: name ?? null,
    email: email ?? null,
    invited_by: invitedBy,
    created_at: createdAt.toISOString(),
    expires_at: expiresAt.toISOString(),
  };
}

/** What a log-in answers, and a renewed one; `inBody` where the refresh token is no cookie. */
export const grantView = (
  { id, username, displayName, role }: User,
  token: string,
  inBody?: { refreshToken: string; seconds: number },
): ResponseOf<typeof api.logIn, 200> => ({
  status: 'success',
  token,
  token_type: 'Bearer',
  expires_in: accessTokenSeconds,
  user: { id, username, display_name: displayName, role },
  ...(inBody && { refresh_token: inBody.refreshToken, refresh_expires_in: inBody.seconds }),
});

/** The settings of the blog. @param usual who may register while no setting says it */
export const settingsView = (blog: Blog, usual: Registration): ResponseOf<typeof api.settings, 200> => ({
  ...blog,
  set_up: blog.version > 0,
  registration: blog.registration ?? usual,
});
