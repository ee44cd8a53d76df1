import { roles } from '@dormouse/runtime/caller';
import { normaliseEmail } from '@dormouse/runtime/email';
import { pageLimit } from '@dormouse/runtime/page-limit';
import { line } from '@dormouse/runtime/text';
import { tokenScopes } from '@dormouse/runtime/token-scopes';
import * as v from 'valibot';
import { settingsFields } from './settings.ts';
import { parseUsername, usernameRule } from './username.ts';

/** A line of text, normalised by `parse`, or rejected with `message`. */
const normal = (
  max: number,
  parse: (text: string) => string | undefined,
  message: string,
  described: Record<string, unknown>,
) =>
  v.pipe(
    line(1, max),
    v.check((text) => parse(text) !== undefined, message),
    v.metadata(described),
    v.transform((text) => parse(text) ?? text),
  );

const username = normal(100, parseUsername, usernameRule, {
  minLength: undefined,
  maxLength: undefined,
  pattern: '^\\s*[A-Za-z0-9][A-Za-z0-9._-]{1,28}[A-Za-z0-9_-]\\s*$',
});
const email = normal(254, normaliseEmail, 'must be an e-mail address', {
  format: 'email',
  pattern: undefined,
});
/** Bidirectional overrides could make a name read as another one. */
const displayName = v.pipe(
  line(1, 100),
  v.regex(/^[^\u202a-\u202e\u2066-\u2069]*$/u, 'must not contain text direction controls'),
);

/** Plain text that may have several lines, or be empty. */
const bio = v.pipe(
  v.string('must be text'),
  v.regex(
    /^[^\u0000-\u0008\u000b\u000c\u000e-\u001f\u202a-\u202e\u2066-\u2069\p{Surrogate}]*$/u,
    'must not contain control characters',
  ),
  v.metadata({
    maxLength: 500,
    pattern: '^[^\\u0000-\\u0008\\u000b\\u000c\\u000e-\\u001f\\u202a-\\u202e\\u2066-\\u2069]*$',
  }),
  v.description('What somebody says of themselves: plain text, empty for nothing.'),
  v.trim(),
  v.check((text) => [...text].length <= 500, 'must have at most 500 characters'),
);

/** As the URL parser writes it, without what it would leave out; nobody is named before the host. */
const httpsAddress = v.pipe(
  v.string('must be text'),
  v.trim(),
  v.maxLength(300, 'must have at most 300 characters'),
  v.check((text) => httpsUrl(text) !== undefined, 'must be an address such as https://example.org/me'),
  v.metadata({ format: 'uri', pattern: '^https://', examples: ['https://social.example/@ada'] }),
  v.transform((text) => httpsUrl(text) ?? text),
);

function httpsUrl(text: string): string | undefined {
  if (!/^https:\/\//i.test(text) || !URL.canParse(text)) return undefined;
  const { protocol, username, password, href } = new URL(text);
  return protocol === 'https:' && username === '' && password === '' && href.length <= 1000 ? href : undefined;
}

const links = v.pipe(
  v.array(httpsAddress, 'must be a list'),
  v.maxLength(10, 'must have at most 10 links'),
  v.transform((all) => [...new Set(all)]),
  v.description('Pages elsewhere that are theirs: https addresses; an empty list for none.'),
);

/** Whether media has it is asked where pages are made. */
const picture = v.pipe(
  v.nullable(v.pipe(v.string('must be text'), v.regex(/^[0-9a-f]{64}$/, 'must be the hash of a picture'))),
  v.description('Hash of a picture of somebody, of `POST /blog/api/media`. Null: none.'),
);

/** Passwords are not changed, blanks at the ends included; only characters that no keyboard types are rejected. */
const typed = v.pipe(
  v.string('must be text'),
  v.nonEmpty('must not be empty'),
  v.regex(/^[^\u0000-\u001f\p{Surrogate}]*$/u, 'must not contain control characters'),
  v.metadata({ pattern: '^[^\\u0000-\\u001f]*$' }),
);
const password = v.pipe(
  typed,
  v.metadata({ minLength: 8, maxLength: 256 }),
  v.check((text) => length(text) >= 8, 'must have at least 8 characters'),
  v.check((text) => length(text) <= 256, 'must have at most 256 characters'),
);
const existingPassword = v.pipe(typed, v.maxLength(1024, 'must have at most 256 characters'));
const length = (text: string): number => [...text.normalize('NFKC')].length;

/** A code that somebody was given. */
const opaque = v.pipe(v.string('must be text'), v.nonEmpty('must not be empty'), v.maxLength(200, 'is too long'));

/** Body of POST /api/register. */
export const newAccount = v.strictObject({
  username,
  email,
  password,
  display_name: v.optional(displayName),
  invitation: v.optional(v.pipe(opaque, v.description('Code of an invitation, whose role the account gets.'))),
});

/** Body of POST /api/invitations. */
export const newInvitation = v.strictObject({
  role: v.picklist(roles, `must be one of ${roles.join(', ')}`),
  name: v.optional(v.pipe(displayName, v.description('Whom it is for.'))),
  email: v.optional(email),
  days: v.optional(
    v.pipe(
      v.number('must be a number'),
      v.integer('must be a whole number'),
      v.minValue(1, 'must be at least 1'),
      v.maxValue(30, 'must be at most 30'),
      v.description('How long it is good.'),
    ),
    7,
  ),
});

/** Body of POST /api/invitations/lookup. */
export const heldInvitation = v.strictObject({ code: opaque });

/** Body of PATCH /api/users/{name}. */
export const userChange = v.strictObject({
  role: v.optional(v.picklist(roles, `must be one of ${roles.join(', ')}`)),
  suspended: v.optional(
    v.pipe(v.boolean('must be true or false'), v.description('Ends the access of the account, or gives it back.')),
  ),
});

/** Query of GET /api/users; other parameters are ignored. */
export const peopleQuery = v.object({
  limit: v.optional(pageLimit, '50'),
  after: v.optional(v.pipe(username, v.description('User name that the page before ended with.'))),
});

/** Body of POST /api/users with scope import. */
export const importedAccount = v.strictObject({ username, display_name: v.optional(displayName) });

/** A code that somebody types, as an app or a list shows it. */
const typedCode = v.pipe(v.string('must be text'), v.maxLength(100, 'is too long'));

/** Body of POST /api/me/totp. */
export const totpOffer = v.strictObject({ password: v.optional(existingPassword) });

/** Body of POST /api/me/totp/confirmation. */
export const totpConfirmation = v.strictObject({ code: typedCode });

/** Body of DELETE /api/me/totp: the code of the app, or a recovery code. */
export const totpRemoval = v.strictObject({ password: v.optional(existingPassword), code: typedCode });

/** Body of POST /api/login. An impossible user name is no error here: no account has it. */
export const credentials = v.strictObject({
  username: line(1, 100),
  password: existingPassword,
  code: v.optional(
    v.pipe(typedCode, v.description('Of the second factor, where the account has one; or a recovery code.')),
  ),
  /** Where the refresh token goes: an HttpOnly cookie (browsers), or the answer's body (a server that keeps it for its user). */
  refresh: v.optional(v.picklist(['cookie', 'body'], 'must be cookie or body'), 'cookie'),
  /** Administrators may ask for the right to import. */
  scope: v.optional(v.picklist(['import'], 'must be import')),
});

/** Query of GET /api/oauth/{provider}; other parameters are ignored. */
export const oauthQuery = v.object({
  next: v.optional(
    v.pipe(
      v.string(),
      v.maxLength(500, 'is too long'),
      v.description('Path of the page to go on to; pages refuse what leads elsewhere.'),
    ),
    '/blog/',
  ),
  link: v.optional(
    v.pipe(v.string(), v.description('Given: for the account that is logged in, which is asked first.')),
  ),
});

/** The secret of the cookie `dormouse_sign_in` (`__Host-dormouse_sign_in` on https), which a provider's answer leaves behind. */
const ticket = v.pipe(
  opaque,
  v.description('What the cookie `dormouse_sign_in` holds after coming back from a provider.'),
);
const refresh = v.optional(v.picklist(['cookie', 'body'], 'must be cookie or body'), 'cookie');

/** Body of POST /api/oauth/lookup. */
export const heldTicket = v.strictObject({ ticket });

/** Body of POST /api/oauth/session. */
export const ticketLogIn = v.strictObject({
  ticket,
  code: v.optional(v.pipe(typedCode, v.description('Of the second factor, where the account has one.'))),
  refresh,
});

/** Body of POST /api/oauth/registration. */
export const ticketRegistration = v.strictObject({
  ticket,
  username,
  email,
  display_name: v.optional(displayName),
  invitation: v.optional(v.pipe(opaque, v.description('Code of an invitation, whose role the account gets.'))),
  refresh,
});

/** Body of POST /api/me/identities. */
export const identityLink = v.strictObject({ ticket, password: v.optional(existingPassword) });

/** Body of DELETE /api/me/identities/{id}. */
export const identityRemoval = v.strictObject({ password: v.optional(existingPassword) });

/** A part of what a device answered: base64url. */
const encoded = v.pipe(v.string('must be text'), v.maxLength(20_000, 'is too long'));

/** What every answer of a device has around what is signed (WebAuthn's PublicKeyCredentialJSON). */
const credential = {
  id: v.pipe(v.string('must be text'), v.nonEmpty('must not be empty'), v.maxLength(1400, 'is too long')),
  rawId: encoded,
  type: v.literal('public-key', 'must be public-key'),
  clientExtensionResults: v.object({}),
};

/** What a device answers that has made a passkey. */
const createdCredential = v.object({
  ...credential,
  response: v.object({
    clientDataJSON: encoded,
    attestationObject: encoded,
    transports: v.optional(v.pipe(v.array(v.pipe(v.string(), v.maxLength(40))), v.maxLength(10))),
  }),
});

/** What a device answers that has used a passkey. */
const usedCredential = v.object({
  ...credential,
  response: v.object({
    clientDataJSON: encoded,
    authenticatorData: encoded,
    signature: encoded,
    userHandle: v.optional(v.nullable(encoded)),
  }),
});

const passkeyTicket = v.pipe(opaque, v.description('What came with the options.'));
const passkeyName = v.pipe(displayName, v.description('What its owner calls it.'));

/** Body of POST /api/passkeys/session. */
export const passkeyLogIn = v.strictObject({ ticket: passkeyTicket, response: usedCredential, refresh });

/** Body of POST /api/me/passkeys/options. */
export const passkeyOffer = v.strictObject({ password: v.optional(existingPassword) });

/** Body of POST /api/me/passkeys. */
export const newPasskey = v.strictObject({ ticket: passkeyTicket, name: passkeyName, response: createdCredential });

/** Body of PATCH /api/me/passkeys/{id}. */
export const passkeyChange = v.strictObject({ name: passkeyName });

/** Body of DELETE /api/me/passkeys/{id}. */
export const passkeyRemoval = v.strictObject({ password: v.optional(existingPassword) });

/** Body of POST /api/token/refresh and POST /api/logout, both optional. */
export const heldToken = v.strictObject({ refresh_token: v.optional(opaque) });

const day = 86_400;

/** Body of POST /api/tokens. */
export const newPersonalToken = v.strictObject({
  name: v.pipe(displayName, v.description('What its owner calls it.')),
  scopes: v.pipe(
    v.array(v.picklist(tokenScopes, `must be one of ${tokenScopes.join(', ')}`), 'must be a list'),
    v.minLength(1, 'must name at least one scope'),
    v.maxLength(50, 'must have at most 50 scopes'),
    v.transform((scopes) => [...new Set(scopes)]),
    v.description('All that it may do.'),
  ),
  expires_in: v.optional(
    v.pipe(
      v.number('must be a number'),
      v.integer('must be a whole number'),
      v.minValue(60, 'must be at least 60'),
      v.maxValue(366 * day, `must be at most ${366 * day}`),
      v.description('Seconds until it expires.'),
    ),
    90 * day,
  ),
});

/** Body of POST /api/token/personal. */
export const heldPersonalToken = v.strictObject({ token: opaque });

/** Body of PATCH /api/me. A new password needs the old one beside it, where there is one. */
export const accountChange = v.strictObject({
  display_name: v.optional(displayName),
  bio: v.optional(bio),
  links: v.optional(links),
  picture: v.optional(picture),
  comment_mails: v.optional(
    v.pipe(
      v.boolean('must be true or false'),
      v.description(
        'Whether to be told by e-mail of comments on one’s own posts, and of answers to one’s own comments.',
      ),
    ),
  ),
  password: v.optional(password),
  current_password: v.optional(existingPassword),
});

/** Body of DELETE /api/me: the password, by either name; none for an account without one. */
export const accountRemoval = v.strictObject({
  password: v.optional(existingPassword),
  current_password: v.optional(existingPassword),
});

/** Body of POST /api/claim. */
export const claiming = v.strictObject({ token: opaque, password, email: v.optional(email) });

/** Body of POST /api/me/email-change. */
export const emailChange = v.strictObject({ email, current_password: v.optional(existingPassword) });

/** Body of POST /api/password-resets. */
export const passwordReset = v.strictObject({ email });

/** Body of POST /api/password-resets/completion. */
export const resetCompletion = v.strictObject({
  token: v.pipe(opaque, v.description('Of the link in the mail.')),
  password,
});

/** Body of POST /api/comment-mails/off. */
export const commentMailsEnd = v.strictObject({ token: v.pipe(opaque, v.description('Of the link in the mail.')) });

/** Body of POST /api/log-in-links. */
export const logInLink = v.strictObject({ email });

/** Body of POST /api/log-in-links/completion. */
export const linkLogIn = v.strictObject({
  token: v.pipe(opaque, v.description('Of the link in the mail.')),
  browser: v.pipe(opaque, v.description('What the request for the mail answered.')),
  code: v.optional(
    v.pipe(typedCode, v.description('Of the second factor, where the account has one; or a recovery code.')),
  ),
  refresh: v.optional(v.picklist(['cookie', 'body'], 'must be cookie or body'), 'cookie'),
});

/** Body of POST /api/email-verifications. */
export const emailVerification = v.strictObject({ token: v.pipe(opaque, v.description('Of the link in the mail.')) });

/** Body of POST /api/setup. */
export const settingUp = v.strictObject({
  code: opaque,
  username,
  email,
  password,
  title: settingsFields.title,
  /** English when it is left out. */
  language: v.optional(settingsFields.language),
  registration: settingsFields.registration,
});
