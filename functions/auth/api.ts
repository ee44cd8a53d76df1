import { id, text, timestamp } from '@dormouse/events/field';
import { content, empty, route } from '@dormouse/runtime/api';
import { roles } from '@dormouse/runtime/caller';
import { revocations } from '@dormouse/runtime/revocations';
import * as v from 'valibot';
import {
  accountChange,
  accountRemoval,
  claiming,
  commentMailsEnd,
  credentials,
  emailChange,
  emailVerification,
  heldInvitation,
  heldPersonalToken,
  heldTicket,
  heldToken,
  identityLink,
  identityRemoval,
  importedAccount,
  linkLogIn,
  logInLink,
  newAccount,
  newInvitation,
  newPasskey,
  newPersonalToken,
  oauthQuery,
  passkeyChange,
  passkeyLogIn,
  passkeyOffer,
  passkeyRemoval,
  passwordReset,
  peopleQuery,
  resetCompletion,
  settingUp,
  ticketLogIn,
  ticketRegistration,
  totpConfirmation,
  totpOffer,
  totpRemoval,
  userChange,
} from './requests.ts';
import { settingsChange, settingsFields } from './settings.ts';

const role = v.picklist(roles);
const seconds = v.pipe(v.number(), v.safeInteger(), v.minValue(0), v.description('Seconds until it expires.'));

const registered = v.pipe(v.strictObject({ id, username: text, email: v.optional(text) }), v.title('NewUser'));
const claimed = v.pipe(v.strictObject({ id, username: text }), v.title('UserName'));
const bio = v.pipe(
  v.nullable(text),
  v.description('What somebody says of themselves: plain text of up to 500 characters.'),
);
const links = v.pipe(
  v.array(v.string()),
  v.readonly(),
  v.description(
    'Pages elsewhere that somebody says are theirs: https addresses, which the page of an author names with `rel="me"`.',
  ),
);
const picture = v.pipe(
  v.nullable(text),
  v.description('Hash of a picture of somebody; media serves it as `/blog/media/pictures/{hash}-640.jpg`. Null: none.'),
);
const user = v.pipe(
  v.strictObject({ id, username: text, display_name: text, bio, links, picture, created_at: timestamp }),
  v.title('User'),
);
const session = v.pipe(
  v.strictObject({
    id: text,
    current: v.pipe(v.boolean(), v.description('Whether the request’s own token comes from it.')),
    agent: v.pipe(v.nullable(text), v.description('What the browser or program calls itself.')),
    created_at: timestamp,
    used_at: v.pipe(timestamp, v.description('When an access token was made last.')),
    expires_at: timestamp,
  }),
  v.title('Session'),
);
const personalToken = {
  id: text,
  name: text,
  scopes: v.array(text),
  created_at: timestamp,
  expires_at: timestamp,
  used_at: v.pipe(v.nullable(timestamp), v.description('When it was used last, to a quarter of an hour.')),
};
const keptPersonalToken = v.pipe(v.strictObject(personalToken), v.title('PersonalToken'));
const madePersonalToken = v.pipe(
  v.strictObject({ ...personalToken, token: v.pipe(text, v.description('Shown this once.')) }),
  v.title('NewPersonalToken'),
);
const askingBrowser = v.pipe(
  v.strictObject({ browser: v.pipe(text, v.description('Secret of who asks; nobody else can use the link.')) }),
  v.title('AskingBrowser'),
);
const exchanged = v.pipe(
  v.strictObject({
    token: v.pipe(text, v.description('Access token (RFC 9068), for `Authorization: Bearer`.')),
    token_type: v.literal('Bearer'),
    expires_in: seconds,
    scope: v.pipe(text, v.description('Its scopes, separated by blanks.')),
  }),
  v.title('ExchangedToken'),
);
const identity = v.pipe(
  v.strictObject({
    id: text,
    provider: v.pipe(v.nullable(text), v.description('null where this blog does not know it any more.')),
    provider_name: v.pipe(text, v.description('What to call it.')),
    account: v.pipe(text, v.description('What the provider calls it.')),
    created_at: timestamp,
    used_at: v.pipe(v.nullable(timestamp), v.description('When somebody logged in with it last.')),
  }),
  v.title('Identity'),
);
const passkey = v.pipe(
  v.strictObject({
    id: text,
    name: text,
    created_at: timestamp,
    used_at: v.pipe(v.nullable(timestamp), v.description('When somebody logged in with it last.')),
  }),
  v.title('Passkey'),
);
const askedDevice = v.pipe(
  v.strictObject({
    ticket: v.pipe(text, v.description('Goes back with what the device answers; good once, for five minutes.')),
    options: v.pipe(
      v.looseObject({ challenge: text }),
      v.description('WebAuthn’s PublicKeyCredentialCreationOptionsJSON or PublicKeyCredentialRequestOptionsJSON.'),
    ),
  }),
  v.title('AskedDevice'),
);
const proof = v.pipe(
  v.strictObject({
    provider: v.pipe(text, v.description('What to call it.')),
    account: v.pipe(text, v.description('What the provider calls who came back.')),
    known: v.pipe(v.boolean(), v.description('Whether an account here belongs to it.')),
    linking: v.pipe(v.boolean(), v.description('Whether it is wanted for the account that is logged in.')),
    next: v.pipe(text, v.description('Where to go on to, as it was asked for.')),
    suggestion: v.pipe(
      v.strictObject({ username: v.nullable(text), display_name: v.nullable(text), email: v.nullable(text) }),
      v.description('For a new account, of what the provider said.'),
    ),
  }),
  v.title('ProvenSignIn'),
);
const secondFactor = v.pipe(
  v.strictObject({
    totp: v.pipe(v.boolean(), v.description('Whether log-ins ask for a code.')),
    recovery_codes: v.pipe(v.number(), v.safeInteger(), v.minValue(0), v.description('Those that are left.')),
  }),
  v.title('SecondFactor'),
);
const offeredTotp = v.pipe(
  v.strictObject({ secret: text, uri: v.pipe(text, v.description('What apps read as a link or a picture.')) }),
  v.title('OfferedTotp'),
);
const recoveryCodes = v.pipe(v.strictObject({ recovery_codes: v.array(text) }), v.title('RecoveryCodes'));
const me = v.pipe(
  v.strictObject({
    id,
    username: text,
    email: v.pipe(v.nullable(text), v.description('null until an imported account is claimed.')),
    email_verified: v.pipe(v.boolean(), v.description('Whether a link that was sent there has been followed.')),
    new_email: v.pipe(
      v.nullable(text),
      v.description('Another one, whose link has not been followed yet; null for none.'),
    ),
    comment_mails: v.pipe(v.boolean(), v.description('Whether comments are told of there, once it is proven.')),
    display_name: text,
    bio,
    links,
    picture,
    role,
    has_password: v.pipe(v.boolean(), v.description('Without one, a log-in of the last ten minutes stands for it.')),
    created_at: timestamp,
  }),
  v.title('Me'),
);
const person = v.pipe(
  v.strictObject({
    id,
    username: text,
    display_name: text,
    role,
    suspended: v.pipe(v.boolean(), v.description('An administrator has ended its access.')),
    claimed: v.pipe(v.boolean(), v.description('Whether it has a password.')),
    created_at: timestamp,
  }),
  v.title('Person'),
);
const invitation = {
  id,
  role,
  name: v.pipe(v.nullable(text), v.description('Whom it is for.')),
  email: v.nullable(text),
  invited_by: v.pipe(text, v.description('User name of the inviter.')),
  created_at: timestamp,
  expires_at: timestamp,
};
const openInvitation = v.pipe(v.strictObject(invitation), v.title('Invitation'));
const madeInvitation = v.pipe(
  v.strictObject({ ...invitation, code: v.pipe(text, v.description('Shown this once.')) }),
  v.title('NewInvitation'),
);
const invitationList = v.pipe(
  v.strictObject({
    roles: v.pipe(v.array(role), v.description('Roles that the caller may invite others to.')),
    invitations: v.array(openInvitation),
  }),
  v.title('Invitations'),
);
const ownData = v.pipe(
  v.strictObject({
    account: me,
    sessions: v.array(session),
    personal_tokens: v.array(keptPersonalToken),
    identities: v.array(identity),
    passkeys: v.array(passkey),
    invitations: v.array(openInvitation),
  }),
  v.title('OwnData'),
);
const grant = v.pipe(
  v.strictObject({
    status: v.literal('success'),
    token: v.pipe(text, v.description('Access token (RFC 9068), for `Authorization: Bearer`.')),
    token_type: v.literal('Bearer'),
    expires_in: seconds,
    user: v.strictObject({ id, username: text, display_name: text, role }),
    refresh_token: v.optional(v.pipe(text, v.description('Only with `refresh: "body"`; else it is a cookie.'))),
    refresh_expires_in: v.optional(seconds),
  }),
  v.title('Grant'),
);
const verified = v.pipe(
  v.strictObject({
    status: v.literal('success'),
    data: v.strictObject({ user_id: id, username: text, exp: v.pipe(v.number(), v.integer()) }),
  }),
  v.title('VerifiedToken'),
);
const keys = v.pipe(
  v.strictObject({
    keys: v.array(
      v.strictObject({ kty: text, crv: text, x: text, use: text, alg: text, kid: text, y: v.optional(text) }),
    ),
    revoked: v.optional(
      v.pipe(revocations, v.description('What ended before its access tokens do; only for our own functions.')),
    ),
  }),
  v.title('KeySet'),
);
const configuration = v.pipe(
  v.strictObject({
    issuer: text,
    jwks_uri: text,
    response_types_supported: v.array(text),
    subject_types_supported: v.array(text),
    id_token_signing_alg_values_supported: v.array(text),
    scopes_supported: v.array(text),
    claims_supported: v.array(text),
  }),
  v.title('OpenIdConfiguration'),
);

const settings = v.pipe(
  v.strictObject({
    version: v.pipe(v.number(), v.safeInteger(), v.minValue(0), v.description('Grows by one with every change.')),
    set_up: v.pipe(v.boolean(), v.description('Whether an administrator has ever changed a setting.')),
    ...settingsFields,
  }),
  v.title('Settings'),
);

const someSettings: v.InferInput<typeof settings> = {
  version: 1,
  set_up: true,
  title: 'Sleeping late',
  description: 'Notes from the hedge.',
  language: 'en',
  time_zone: 'Europe/Berlin',
  accent: '#8f4a1b',
  accent_dark: '#e6a56c',
  theme: 'auto',
  fonts: 'system',
  logo: null,
  icon: null,
  layout: 'list',
  navigation: [{ label: 'About', href: '/blog/posts/about' }],
  footer: 'Written in bed.',
  posts_per_page: 20,
  comments: 'first_held',
  registration: 'invitation',
};
const settingsTag = { etag: 'Strong entity tag; changes with every version of the settings.' };

const created = '2026-11-28T12:00:00.000Z';
const aSession: v.InferInput<typeof session> = {
  id: '6f1c3a3e-5b0e-4c39-9d0a-0d3f5f0b7a11',
  current: true,
  agent: 'Mozilla/5.0 (X11; Linux x86_64; rv:150.0) Gecko/20100101 Firefox/150.0',
  created_at: created,
  used_at: created,
  expires_at: '2026-12-28T12:00:00.000Z',
};
const aPersonalToken: v.InferInput<typeof keptPersonalToken> = {
  id: '0d9b8f0e-6a53-4b0a-8f0e-2f3c1d5a7b90',
  name: 'Nightly backup',
  scopes: ['posts:read', 'media:read'],
  created_at: created,
  expires_at: '2027-02-26T12:00:00.000Z',
  used_at: null,
};
const anIdentity: v.InferInput<typeof identity> = {
  id: '3d3b5f0e-9c53-4d0a-9f0e-5f3c1d5a7b91',
  provider: 'github',
  provider_name: 'GitHub',
  account: 'ada',
  created_at: created,
  used_at: null,
};
const aPasskey: v.InferInput<typeof passkey> = { id: 'Zm9v', name: 'Laptop', created_at: created, used_at: null };
const aPerson: v.InferInput<typeof person> = {
  id: 1,
  username: 'ada',
  display_name: 'Ada',
  role: 'author',
  suspended: false,
  claimed: true,
  created_at: created,
};
const anInvitation: v.InferInput<typeof openInvitation> = {
  id: 1,
  role: 'author',
  name: 'Grace',
  email: null,
  invited_by: 'ada',
  created_at: created,
  expires_at: '2026-12-05T12:00:00.000Z',
};
const aGrant: v.InferInput<typeof grant> = {
  status: 'success',
  token: 'eyJhbGciOiJFZERTQSJ9.eyJzdWIiOiIxIn0.c2ln',
  token_type: 'Bearer',
  expires_in: 900,
  user: { id: 1, username: 'ada', display_name: 'Ada', role: 'author' },
};
const aMe: v.InferInput<typeof me> = {
  ...aGrant.user,
  email: 'ada@example.org',
  email_verified: true,
  new_email: null,
  comment_mails: true,
  bio: 'Writes notes.',
  links: ['https://ada.example/'],
  picture: null,
  has_password: true,
  created_at: created,
};
const signInCookie = '`dormouse_sign_in`: binds what was begun to this browser; HttpOnly, SameSite=Lax, ten minutes.';
const cookie = { 'set-cookie': 'The refresh token: HttpOnly, SameSite=Strict, Path=/api/token.' };

const register = {
  optionalToken: true,
  body: newAccount,
  scoped: { scope: 'import', body: importedAccount },
  examples: { ada: { username: 'ada', email: 'ada@example.org', password: 'correct horse battery' } },
  errors: ['unauthorized', 'forbidden', 'not_found', 'conflict', 'too_many_requests'],
  responses: () => ({
    201: content('The new account.', registered, {
      example: { id: 1, username: 'ada', email: 'ada@example.org' },
      headers: { location: 'Path of the account.' },
    }),
    200: content('With scope import: there is an account of this name.', registered, {
      example: { id: 1, username: 'ada' },
    }),
  }),
} as const;

export const about = 'Accounts, invitations, log-in and tokens; the settings of the blog.';

/** What auth answers to clients. */
export const api = {
  register: route('POST /api/register', { summary: 'Register an account', ...register }),
  createUser: route('POST /api/users', { summary: 'Register an account (the same as /api/register)', ...register }),
  user: route('GET /api/users/:name', {
    summary: 'Look up a user',
    params: { name: v.pipe(text, v.metadata({ examples: ['ada'] })) },
    errors: ['not_found'],
    responses: () => ({
      200: content('The user.', user, {
        example: {
          id: 1,
          username: 'ada',
          display_name: 'Ada',
          bio: 'Writes notes.',
          links: ['https://ada.example/'],
          picture: null,
          created_at: created,
        },
      }),
    }),
  }),
  people: route('GET /api/users', {
    summary: 'List accounts',
    description: 'In the order of their names.',
    roles: ['admin'],
    query: peopleQuery,
    responses: () => ({
      200: content('The accounts.', v.array(person), {
        example: [aPerson],
        headers: { link: 'Path of the next page (`rel="next"`), where there is one.' },
      }),
    }),
  }),
  changeUser: route('PATCH /api/users/:name', {
    summary: 'Change the role of an account, or end its access',
    description:
      'Applies everywhere within 5 seconds, also to tokens that were issued before. An account without access keeps name and posts; its sessions, codes and invitations end. 409 for the last administrator.',
    roles: ['admin'],
    params: { name: v.pipe(text, v.metadata({ examples: ['ada'] })) },
    body: userChange,
    examples: { role: { role: 'editor' }, end: { suspended: true } },
    errors: ['not_found', 'conflict', 'too_many_requests'],
    responses: () => ({ 200: content('The account after the change.', person, { example: aPerson }) }),
  }),
  invitations: route('GET /api/invitations', {
    summary: 'List invitations that are good',
    description: 'An editor gets their own, an administrator all of them.',
    roles: ['editor', 'admin'],
    responses: () => ({
      200: content('The invitations, newest first.', invitationList, {
        example: { roles: ['reader', 'author', 'editor'], invitations: [anInvitation] },
      }),
    }),
  }),
  invite: route('POST /api/invitations', {
    summary: 'Invite somebody',
    description:
      'Whoever has the code can make one account with the role, until it expires. It ends with the access of the inviter, and when the inviter could not give its role any more.',
    roles: ['editor', 'admin'],
    body: newInvitation,
    examples: { author: { role: 'author', name: 'Grace' } },
    errors: ['conflict', 'too_many_requests'],
    responses: () => ({
      201: content('The invitation with its code.', madeInvitation, {
        example: { ...anInvitation, code: 'c0ffee' },
        headers: { location: 'Path of the invitation.' },
      }),
    }),
  }),
  revokeInvitation: route('DELETE /api/invitations/:id', {
    summary: 'Revoke an invitation',
    description: 'An editor revokes their own, an administrator all of them.',
    roles: ['editor', 'admin'],
    params: { id },
    errors: ['not_found', 'too_many_requests'],
    responses: () => ({ 204: empty('Nobody can use it any more.') }),
  }),
  lookUpInvitation: route('POST /api/invitations/lookup', {
    summary: 'Read an invitation by its code',
    description: 'Uses nothing up. POST, so that the code stands in no address.',
    body: heldInvitation,
    examples: { held: { code: 'c0ffee' } },
    errors: ['forbidden', 'not_found', 'too_many_requests'],
    responses: () => ({ 200: content('The invitation.', openInvitation, { example: anInvitation }) }),
  }),
  me: route('GET /api/me', {
    summary: 'Read one’s own account',
    roles: 'any',
    personal: 'account:read',
    responses: () => ({
      200: content('The account.', me, {
        example: aMe,
      }),
    }),
  }),
  changeMe: route('PATCH /api/me', {
    summary: 'Change one’s own account',
    description: 'A new password ends every session, and needs the old one.',
    roles: 'any',
    body: accountChange,
    examples: { name: { display_name: 'Ada Lovelace', bio: 'Writes notes.', links: ['https://ada.example/'] } },
    errors: ['forbidden', 'too_many_requests'],
    responses: () => ({
      200: content('The account after the change.', me, {
        example: aMe,
      }),
    }),
  }),
  sessions: route('GET /api/me/sessions', {
    summary: 'List one’s own log-ins',
    roles: 'any',
    responses: () => ({
      200: content('The sessions, the last used first.', v.array(session), { example: [aSession] }),
    }),
  }),
  exportMe: route('GET /api/me/export', {
    summary: 'Take one’s own data along',
    description:
      'What auth has. `GET /blog/api/posts/mine` has the posts; the page of the account gives both in one file.',
    roles: 'any',
    responses: () => ({
      200: content('The data.', ownData, {
        example: {
          account: aMe,
          sessions: [aSession],
          personal_tokens: [aPersonalToken],
          identities: [anIdentity],
          passkeys: [aPasskey],
          invitations: [anInvitation],
        },
      }),
    }),
  }),
  endSession: route('DELETE /api/me/sessions/:id', {
    summary: 'End one of one’s own log-ins',
    description: 'Its access tokens end everywhere within 5 seconds.',
    roles: 'any',
    params: { id: v.pipe(v.string(), v.uuid(), v.metadata({ examples: [aSession.id] })) },
    errors: ['not_found'],
    responses: () => ({ 204: empty('The session has ended.') }),
  }),
  personalTokens: route('GET /api/tokens', {
    summary: 'List one’s own personal access tokens',
    description: 'Without the tokens themselves. Needs a log-in, as everything about tokens does.',
    roles: 'any',
    responses: () => ({
      200: content('The tokens that have not expired, the newest first.', v.array(keptPersonalToken), {
        example: [aPersonalToken],
      }),
    }),
  }),
  makePersonalToken: route('POST /api/tokens', {
    summary: 'Make a personal access token',
    description:
      'For a program: it goes into `Authorization: Bearer`, as an access token does, and may do what its scopes say and its owner may. It ends when it expires or is revoked, and with all log-ins of its owner (new password, end of access, deletion).',
    roles: 'any',
    body: newPersonalToken,
    examples: { backup: { name: 'Nightly backup', scopes: ['posts:read', 'media:read'], expires_in: 7_776_000 } },
    errors: ['forbidden', 'conflict', 'too_many_requests'],
    responses: () => ({
      201: content('The token.', madePersonalToken, {
        example: { ...aPersonalToken, token: 'dormouse_pat_c0ffee' },
        headers: { location: 'Path of the token.' },
      }),
    }),
  }),
  revokePersonalToken: route('DELETE /api/tokens/:id', {
    summary: 'Revoke a personal access token',
    description: 'It ends everywhere within 5 seconds.',
    roles: 'any',
    params: { id: v.pipe(v.string(), v.uuid(), v.metadata({ examples: [aPersonalToken.id] })) },
    errors: ['forbidden', 'not_found', 'too_many_requests'],
    responses: () => ({ 204: empty('Nobody can use it any more.') }),
  }),
  exchangePersonalToken: route('POST /api/token/personal', {
    summary: 'Exchange a personal access token for an access token',
    description:
      'Of the same scopes, for at most 15 minutes. Only where something before the functions takes signed tokens alone (`mesh-strict`); elsewhere functions do it themselves.',
    body: heldPersonalToken,
    errors: ['unauthorized', 'too_many_requests'],
    responses: () => ({
      200: content('The access token.', exchanged, {
        example: { token: aGrant.token, token_type: 'Bearer', expires_in: 900, scope: 'posts:read media:read' },
      }),
    }),
  }),
  revokeHeldToken: route('POST /api/token/personal/revocation', {
    summary: 'Revoke a personal access token that one holds',
    description:
      'Whoever has it may end it, without a log-in (as in RFC 7009): a program that is done with it, or who finds one. It ends everywhere within 5 seconds. The answer does not say whether it was good.',
    body: heldPersonalToken,
    examples: { held: { token: 'dormouse_pat_c0ffee' } },
    responses: () => ({ 204: empty('Nobody can use it any more.') }),
  }),
  secondFactor: route('GET /api/me/second-factor', {
    summary: 'Read whether log-ins ask for a second factor',
    roles: 'any',
    responses: () => ({
      200: content('The second factor.', secondFactor, { example: { totp: true, recovery_codes: 9 } }),
    }),
  }),
  offerTotp: route('POST /api/me/totp', {
    summary: 'Set up one-time passwords (RFC 6238) as second factor',
    description: 'Log-ins ask for a code once it is confirmed. Needs the password, which counts like a log-in.',
    roles: 'any',
    body: totpOffer,
    examples: { ada: { password: 'correct horse battery' } },
    errors: ['forbidden', 'conflict', 'too_many_requests'],
    responses: () => ({
      201: content('The secret, for an app.', offeredTotp, {
        example: { secret: 'JBSWY3DPEHPK3PXP', uri: 'otpauth://totp/Dormouse:ada?secret=JBSWY3DPEHPK3PXP' },
      }),
    }),
  }),
  confirmTotp: route('POST /api/me/totp/confirmation', {
    summary: 'Turn the second factor on, with a code of it',
    description: 'Ends all other log-ins and personal access tokens.',
    roles: 'any',
    body: totpConfirmation,
    examples: { code: { code: '123456' } },
    errors: ['forbidden', 'not_found', 'conflict', 'too_many_requests'],
    responses: () => ({
      200: content('Codes for who has lost the app, each good once. Shown this once.', recoveryCodes, {
        example: { recovery_codes: ['2345-6789-abcd-efgh'] },
      }),
    }),
  }),
  dropTotp: route('DELETE /api/me/totp', {
    summary: 'Turn the second factor off',
    description: 'Needs the password, and a code of it or a recovery code.',
    roles: 'any',
    body: totpRemoval,
    examples: { ada: { password: 'correct horse battery', code: '123456' } },
    errors: ['forbidden', 'not_found', 'too_many_requests'],
    responses: () => ({ 204: empty('Log-ins ask for the password only.') }),
  }),
  beginOauth: route('GET /api/oauth/:provider', {
    summary: 'Log in at a provider',
    description:
      'For browsers: to the provider (OAuth 2.0 code flow with PKCE, state and nonce), which sends them back to `/api/oauth/{provider}/callback`. 404 for a provider that is not configured. Where it does not answer, browsers go to the log-in page.',
    params: { provider: v.pipe(text, v.metadata({ examples: ['github'] })) },
    query: oauthQuery,
    errors: ['not_found', 'too_many_requests'],
    responses: () => ({
      302: empty('To the provider.', { location: 'Address of the provider.', 'set-cookie': signInCookie }),
    }),
  }),
  returnFromOauth: route('GET /api/oauth/:provider/callback', {
    summary: 'Come back from a provider',
    description:
      'Where a provider sends browsers, once for each time that they began. The page that they go on to begins the session, asks for what a new account lacks, or says what went wrong.',
    params: { provider: v.pipe(text, v.metadata({ examples: ['github'] })) },
    errors: ['forbidden', 'not_found', 'too_many_requests'],
    responses: () => ({
      302: empty('To a page of the blog.', { location: 'Path of the page.', 'set-cookie': signInCookie }),
    }),
  }),
  lookUpOauth: route('POST /api/oauth/lookup', {
    summary: 'Read whom a provider has sent back',
    description: 'Uses nothing up. POST, so that the secret stands in no address.',
    body: heldTicket,
    errors: ['not_found', 'too_many_requests'],
    responses: () => ({
      200: content('What the provider said.', proof, {
        example: {
          provider: 'GitHub',
          account: 'ada',
          known: false,
          linking: false,
          next: '/blog/',
          suggestion: { username: 'ada', display_name: 'Ada', email: 'ada@example.org' },
        },
      }),
    }),
  }),
  logInByOauth: route('POST /api/oauth/session', {
    summary: 'Log in as whom a provider has sent back',
    description: 'The second factor is asked for where the account has one. 409 where no account belongs to it yet.',
    body: ticketLogIn,
    errors: ['unauthorized', 'forbidden', 'not_found', 'conflict', 'too_many_requests'],
    responses: () => ({ 200: content('An access token.', grant, { example: aGrant, headers: cookie }) }),
  }),
  registerByOauth: route('POST /api/oauth/registration', {
    summary: 'Make an account for whom a provider has sent back, and log in',
    description: 'Who may register is what the settings say. The account has no password.',
    body: ticketRegistration,
    errors: ['unauthorized', 'forbidden', 'not_found', 'conflict', 'too_many_requests'],
    responses: () => ({
      201: content('An access token.', grant, {
        example: aGrant,
        headers: { ...cookie, location: 'Path of the account.' },
      }),
    }),
  }),
  identities: route('GET /api/me/identities', {
    summary: 'List the accounts at providers by which one logs in',
    roles: 'any',
    responses: () => ({
      200: content('The accounts, the first linked first.', v.array(identity), { example: [anIdentity] }),
    }),
  }),
  linkIdentity: route('POST /api/me/identities', {
    summary: 'Link an account at a provider to one’s own',
    description:
      'Needs the password, which counts like a log-in; an account without one needs a log-in of the last ten minutes. 409 where an account here belongs to it already.',
    roles: 'any',
    body: identityLink,
    errors: ['forbidden', 'not_found', 'conflict', 'too_many_requests'],
    responses: () => ({
      201: content('It is linked.', identity, { example: anIdentity, headers: { location: 'Path of the link.' } }),
    }),
  }),
  unlinkIdentity: route('DELETE /api/me/identities/:id', {
    summary: 'Unlink an account at a provider',
    description: 'Needs the same as linking. 409 for the last way into the account.',
    roles: 'any',
    params: { id: v.pipe(v.string(), v.uuid(), v.metadata({ examples: [anIdentity.id] })) },
    body: identityRemoval,
    errors: ['forbidden', 'not_found', 'conflict', 'too_many_requests'],
    responses: () => ({ 204: empty('Nobody logs in with it any more.') }),
  }),
  askForPasskey: route('POST /api/passkeys/options', {
    summary: 'Begin to log in with a passkey',
    description: 'Without a name: the device says which passkeys it has.',
    errors: ['too_many_requests'],
    responses: () => ({
      200: content('For `navigator.credentials.get`.', askedDevice, {
        example: {
          ticket: 'c0ffee',
          options: { challenge: 'AAAA', rpId: 'blog.example', userVerification: 'required' },
        },
      }),
    }),
  }),
  logInByPasskey: route('POST /api/passkeys/session', {
    summary: 'Log in with a passkey',
    description: 'No second factor is asked for: the device has verified its user.',
    body: passkeyLogIn,
    errors: ['unauthorized', 'forbidden', 'not_found', 'too_many_requests'],
    responses: () => ({ 200: content('An access token.', grant, { example: aGrant, headers: cookie }) }),
  }),
  passkeys: route('GET /api/me/passkeys', {
    summary: 'List one’s own passkeys',
    roles: 'any',
    responses: () => ({ 200: content('The passkeys, the oldest first.', v.array(passkey), { example: [aPasskey] }) }),
  }),
  offerPasskey: route('POST /api/me/passkeys/options', {
    summary: 'Begin to make a passkey',
    description:
      'Needs the password, which counts like a log-in; an account without one needs a log-in of the last ten minutes.',
    roles: 'any',
    body: passkeyOffer,
    examples: { ada: { password: 'correct horse battery' } },
    errors: ['forbidden', 'too_many_requests'],
    responses: () => ({
      200: content('For `navigator.credentials.create`.', askedDevice, {
        example: { ticket: 'c0ffee', options: { challenge: 'AAAA', rp: { id: 'blog.example', name: 'Blog' } } },
      }),
    }),
  }),
  addPasskey: route('POST /api/me/passkeys', {
    summary: 'Keep a passkey that a device has made',
    roles: 'any',
    body: newPasskey,
    errors: ['forbidden', 'not_found', 'conflict'],
    responses: () => ({
      201: content('The passkey.', passkey, { example: aPasskey, headers: { location: 'Path of the passkey.' } }),
    }),
  }),
  renamePasskey: route('PATCH /api/me/passkeys/:id', {
    summary: 'Rename a passkey',
    roles: 'any',
    params: { id: v.pipe(text, v.metadata({ examples: [aPasskey.id] })) },
    body: passkeyChange,
    errors: ['not_found'],
    responses: () => ({ 204: empty('It has the name.') }),
  }),
  removePasskey: route('DELETE /api/me/passkeys/:id', {
    summary: 'Remove a passkey',
    description: 'Needs the same as making one. 409 for the last way into the account.',
    roles: 'any',
    params: { id: v.pipe(text, v.metadata({ examples: [aPasskey.id] })) },
    body: passkeyRemoval,
    errors: ['forbidden', 'not_found', 'conflict', 'too_many_requests'],
    responses: () => ({ 204: empty('Nobody logs in with it any more.') }),
  }),
  removeMe: route('DELETE /api/me', {
    summary: 'Delete one’s own account',
    description:
      'Needs the password, which counts like a log-in. Posts stay, without the name: the event `user.deleted` tells all functions to forget number and name. 409 for the last administrator.',
    roles: 'any',
    body: accountRemoval,
    examples: { ada: { password: 'correct horse battery' } },
    errors: ['forbidden', 'conflict', 'too_many_requests'],
    responses: () => ({ 204: empty('The account is gone; its name is not given out again.') }),
  }),
  claim: route('POST /api/claim', {
    summary: 'Claim an imported account',
    body: claiming,
    examples: { claim: { token: 'c0ffee', password: 'correct horse battery', email: 'ada@example.org' } },
    errors: ['not_found', 'too_many_requests'],
    responses: () => ({ 200: content('The account is yours.', claimed, { example: { id: 1, username: 'ada' } }) }),
  }),
  requestPasswordReset: route('POST /api/password-resets', {
    summary: 'Ask for a new password by e-mail',
    description:
      'Whoever can read the mail chooses the new password, by a link that is good once, for an hour. Answers the same whether an account has the address or not; an address is sent three mails within an hour at most.',
    body: passwordReset,
    examples: { ada: { email: 'ada@example.org' } },
    errors: ['too_many_requests'],
    responses: () => ({ 202: empty('If an account has this address, a mail is on its way.') }),
  }),
  completePasswordReset: route('POST /api/password-resets/completion', {
    summary: 'Choose a new password by the link of a mail',
    description:
      'Uses the link up and ends every session. Logs nobody in: a second factor is asked for as at every log-in.',
    body: resetCompletion,
    examples: { ada: { token: 'c0ffee', password: 'correct horse battery' } },
    errors: ['not_found', 'too_many_requests'],
    responses: () => ({ 200: content('The password is changed.', claimed, { example: { id: 1, username: 'ada' } }) }),
  }),
  requestLogInLink: route('POST /api/log-in-links', {
    summary: 'Ask for a link that logs in',
    description:
      'Good once, for a quarter of an hour, together with what this answers: who has the mail alone cannot use it. Answers the same whether an account has the address or not; an address is sent three mails within an hour at most.',
    body: logInLink,
    examples: { ada: { email: 'ada@example.org' } },
    errors: ['too_many_requests'],
    responses: () => ({
      202: content('If an account has this address, a mail is on its way.', askingBrowser, {
        example: { browser: 'c0ffee' },
      }),
    }),
  }),
  logInByLink: route('POST /api/log-in-links/completion', {
    summary: 'Log in by the link of a mail',
    body: linkLogIn,
    examples: { ada: { token: 'c0ffee', browser: 'c0ffee' } },
    errors: ['unauthorized', 'too_many_requests'],
    responses: () => ({ 200: content('An access token.', grant, { example: aGrant, headers: cookie }) }),
  }),
  requestEmailVerification: route('POST /api/me/email-verification', {
    summary: 'Have a link sent to one’s own address',
    description: 'Good once, for 24 hours. An address is sent three mails within an hour at most.',
    roles: 'any',
    errors: ['conflict', 'too_many_requests'],
    responses: () => ({ 202: empty('A mail is on its way.') }),
  }),
  requestEmailChange: route('POST /api/me/email-change', {
    summary: 'Change one’s own address',
    description:
      'Has a link sent to the new address, good once, for 24 hours; until it is used (`POST /api/email-verifications`) the account keeps the address that it has. It takes the place of a link that was asked for before, and ends with a new password. An address that was proven is told of the change, with a link that takes it back within a week and sets a new password. Needs the password, which counts like a log-in. An address is sent three mails within an hour at most.',
    roles: 'any',
    body: emailChange,
    examples: { ada: { email: 'ada@example.net', current_password: 'correct horse battery' } },
    errors: ['forbidden', 'too_many_requests'],
    responses: () => ({ 202: empty('A mail is on its way.') }),
  }),
  dropEmailChange: route('DELETE /api/me/email-change', {
    summary: 'Keep the address that one has',
    roles: 'any',
    responses: () => ({ 204: empty('The link that was sent to another address leads nowhere any more.') }),
  }),
  endCommentMails: route('POST /api/comment-mails/off', {
    summary: 'End mails about comments by the link of one',
    description: 'Without a log-in: who has the mail may end them. *Account* begins them again.',
    body: commentMailsEnd,
    examples: { ada: { token: 'c0ffee' } },
    errors: ['not_found', 'too_many_requests'],
    responses: () => ({ 204: empty('No such mail is sent any more.') }),
  }),
  verifyEmail: route('POST /api/email-verifications', {
    summary: 'Prove an address by the link of a mail',
    description: 'The address that the account has, or the new one that was asked for, which the account then has.',
    body: emailVerification,
    examples: { ada: { token: 'c0ffee' } },
    errors: ['not_found', 'too_many_requests'],
    responses: () => ({
      200: content('The address is proven.', claimed, { example: { id: 1, username: 'ada' } }),
    }),
  }),
  settings: route('GET /api/settings', {
    summary: 'Read the settings of the blog',
    headers: { 'if-none-match': v.optional(v.pipe(v.string(), v.description('304 when it names the ETag.'))) },
    responses: () => ({
      200: content('The settings.', settings, { example: someSettings, headers: settingsTag }),
      304: empty('The client has this version.'),
    }),
  }),
  changeSettings: route('PATCH /api/settings', {
    summary: 'Change settings of the blog',
    description: 'Settings that are left out stay as they are. Pages show the new ones within seconds.',
    roles: ['admin'],
    headers: { 'if-match': v.optional(v.pipe(v.string(), v.description('412 unless it names the ETag.'))) },
    body: settingsChange,
    examples: { title: { title: 'Sleeping late', registration: 'invitation' } },
    errors: ['precondition_failed', 'too_many_requests'],
    responses: () => ({
      200: content('The settings after the change.', settings, { example: someSettings, headers: settingsTag }),
    }),
  }),
  setUp: route('POST /api/setup', {
    summary: 'Set the blog up',
    description: 'Needs the one-time code that the start of the platform prints. The account is an administrator’s.',
    body: settingUp,
    examples: {
      first: {
        code: 'c0ffee',
        username: 'ada',
        email: 'ada@example.org',
        password: 'correct horse battery',
        title: 'Sleeping late',
        language: 'en',
        registration: 'invitation',
      },
    },
    errors: ['not_found', 'conflict', 'too_many_requests'],
    responses: () => ({
      201: content('The first administrator.', registered, {
        example: { id: 1, username: 'ada', email: 'ada@example.org' },
        headers: { location: 'Path of the account.' },
      }),
    }),
  }),
  logIn: route('POST /api/login', {
    summary: 'Log in',
    description:
      'At most 5 attempts a minute for a user name from one network (IPv6: a /64). After many wrong passwords in a row for a name, further ones from networks that its owner has not used wait, longer each time.',
    body: credentials,
    examples: { ada: { username: 'ada', password: 'correct horse battery' } },
    errors: ['unauthorized', 'forbidden', 'too_many_requests'],
    responses: () => ({ 200: content('An access token.', grant, { example: aGrant, headers: cookie }) }),
  }),
  refresh: route('POST /api/token/refresh', {
    summary: 'Renew an access token',
    description: 'With the refresh token in the body, or in the cookie. A refresh token is good once.',
    body: heldToken,
    optionalBody: true,
    errors: ['unauthorized', 'forbidden'],
    responses: () => ({ 200: content('A new access token.', grant, { example: aGrant, headers: cookie }) }),
  }),
  logOut: route('POST /api/logout', {
    summary: 'End a session',
    description: 'The session of the refresh token in the body or the cookie, else that of the access token.',
    optionalToken: true,
    body: heldToken,
    optionalBody: true,
    errors: ['unauthorized', 'forbidden'],
    responses: () => ({ 204: empty('The session has ended.', cookie) }),
  }),
  verify: route('GET /verify', {
    summary: 'Check an access token',
    description: 'At most 30 times a minute for a token.',
    roles: 'any',
    personal: 'account:read',
    errors: ['too_many_requests'],
    responses: () => ({
      200: content('The token is valid.', verified, {
        example: { status: 'success', data: { user_id: 1, username: 'ada', exp: 1795867200 } },
      }),
    }),
  }),
  keys: route('GET /.well-known/jwks.json', {
    summary: 'Read the public keys of tokens (RFC 7517)',
    responses: () => ({
      200: content('The keys.', keys, {
        example: {
          keys: [{ kty: 'OKP', crv: 'Ed25519', x: '11qYAYKxCrfVS', use: 'sig', alg: 'EdDSA', kid: '2026-11-28' }],
        },
      }),
    }),
  }),
  configuration: route('GET /.well-known/openid-configuration', {
    summary: 'Read where the keys are (OpenID Connect Discovery)',
    responses: () => ({
      200: content('The configuration.', configuration, {
        example: {
          issuer: 'https://blog.example.org',
          jwks_uri: 'https://blog.example.org/.well-known/jwks.json',
          response_types_supported: [],
          subject_types_supported: ['public'],
          id_token_signing_alg_values_supported: ['EdDSA'],
          scopes_supported: ['import', 'account:read', 'posts:read'],
          claims_supported: ['iss', 'aud', 'sub', 'name', 'role', 'scope', 'sid', 'limited', 'jti', 'iat', 'exp'],
        },
      }),
    }),
  }),
};
