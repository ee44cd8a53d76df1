import { hostname } from 'node:os';
import type { api } from '@dormouse/auth/api';
import type { ResponseOf } from '@dormouse/runtime/api';
import { type ApiClient, apiClient } from '@dormouse/runtime/api-client';
import { isPersonal } from '@dormouse/runtime/personal-token';
import { type TokenScope, tokenScopes } from '@dormouse/runtime/token-scopes';
import { CommandError } from '../command-error.ts';
import type { Context } from '../context.ts';
import { localTime } from '../terminal.ts';
import { UsageError } from '../usage-error.ts';
import { connectionTo, Refusal, succeeded } from './blog-connection.ts';
import { type Login, loginsOf } from './logins.ts';

export interface LoginOptions {
  /** Origin of the blog. */
  readonly url: string;
  readonly user?: string | undefined;
  /** What the token may do; without it what its owner's role can use. */
  readonly scopes?: readonly TokenScope[] | undefined;
  /** For how long. */
  readonly days: number;
  /** Takes a token that exists from standard input. */
  readonly tokenStdin: boolean;
  /** Sends a password without TLS to another machine. */
  readonly insecure: boolean;
  readonly json: boolean;
}

type Auth = ApiClient<typeof api>;
type Grant = ResponseOf<typeof api.logIn, 200>;

/** Keeps a personal access token for a blog: a new one for name and password, or one from standard input. */
export async function logIn(options: LoginOptions, context: Context): Promise<void> {
  const { url } = options;
  const { terminal } = context;
  if (!options.insecure && !isPrivate(url))
    throw new UsageError(`${url} would get your password or token without TLS: use https, or say --insecure`);
  const login = options.tokenStdin
    ? await withToken(url, (await terminal.input()).trim())
    : await withPassword(options, context);
  const logins = loginsOf(context);
  const before = logins.of(url);
  const file = logins.keep(login);
  // The one that is replaced is nobody's use any more.
  if (before && before.token !== login.token) await revoke(url, before.token).catch(() => {});
  const { token: _, ...told } = login;
  if (options.json) return terminal.print(JSON.stringify({ ...told, file }, null, 2));
  const until = login.expires_at === null ? '' : ` until ${localTime(login.expires_at)}`;
  terminal.print(`logged in to ${url}${login.username ? ` as ${login.username}` : ''}${until}`);
  terminal.print(`may ${login.scopes.join(', ')}; the token is in ${file}`);
}

/** Revokes the token that is kept for a blog, and removes it here. @throws CommandError when it could not be revoked */
export async function logOut(url: string | undefined, context: Context): Promise<void> {
  const logins = loginsOf(context);
  const all = logins.all();
  const login = url === undefined ? (all.length === 1 ? all[0] : undefined) : logins.of(url);
  if (!login) {
    if (url === undefined && all.length > 1)
      throw new UsageError(`which blog? you are logged in to ${all.map((each) => each.url).join(', ')}`);
    throw new CommandError(`you are not logged in${url === undefined ? '' : ` to ${url}`}`);
  }
  try {
    await revoke(login.url, login.token);
  } catch (error) {
    const why = (error as Error).message;
    throw new CommandError(`the token was not revoked: ${why}; it stays in ${logins.fileOf(login.url)}`);
  }
  logins.forget(login.url);
  context.terminal.print(`logged out of ${login.url}: its token is revoked`);
}

const revoke = async (url: string, token: string) => {
  const auth = apiClient<typeof api>(connectionTo(url, undefined).send);
  await auth('POST /api/token/personal/revocation', { body: { token } });
};

/** A token that its owner has made on the account's page, say. @throws CommandError for one that is not good */
async function withToken(url: string, token: string): Promise<Login> {
  if (!isPersonal(token)) throw new UsageError('standard input is no personal access token (dormouse_pat_…)');
  const auth = apiClient<typeof api>(connectionTo(url, undefined).send);
  const exchanged = await auth('POST /api/token/personal', { body: { token } }).catch((error: unknown) => {
    if (statusOf(error) === 401)
      throw new CommandError(`${url} does not accept the token: it has expired or was revoked`);
    throw error;
  });
  const { scope } = succeeded(exchanged).body;
  const scopes = scope.split(' ');
  const me = scopes.includes('account:read')
    ? succeeded(await apiClient<typeof api>(connectionTo(url, token).send)('GET /api/me'))
    : undefined;
  return { url, username: me?.body.username ?? null, token, scopes, expires_at: null };
}

async function withPassword(options: LoginOptions, { terminal }: Context): Promise<Login> {
  const { question } = terminal;
  if (!question)
    throw new UsageError('nobody can be asked for a password here: --token-stdin takes a token from standard input');
  const { url, days } = options;
  const auth = apiClient<typeof api>(connectionTo(url, undefined).send);
  const username = options.user ?? (await question('User name: ')).trim();
  const password = await question('Password: ', { hidden: true });
  const grant = await granted(auth, { username, password }, question);
  const { token, user, refresh_token } = grant;
  const scopes = options.scopes ?? scopesFor(user.role);
  const made = await apiClient<typeof api>(connectionTo(url, token).send)('POST /api/tokens', {
    body: { name: `dormouse on ${hostname()}`.slice(0, 100), scopes: [...scopes], expires_in: days * 86_400 },
  });
  // Only the token stays; one that cannot be ended expires by itself.
  if (refresh_token) await auth('POST /api/logout', { body: { refresh_token } }).catch(() => {});
  const {
    token: personal,
    scopes: given,
    expires_at,
  } = succeeded(made).body as ResponseOf<typeof api.makePersonalToken, 201>;
  return { url, username: user.username, token: personal, scopes: given, expires_at };
}

/** Asks for the code of a second factor where the account has one. */
async function granted(
  auth: Auth,
  { username, password }: { username: string; password: string },
  question: NonNullable<Context['terminal']['question']>,
): Promise<Grant> {
  const asked = async (code?: string) =>
    succeeded(await auth('POST /api/login', { body: { username, password, refresh: 'body', ...(code && { code }) } }));
  try {
    return (await asked()).body as Grant;
  } catch (error) {
    if (!(error instanceof Refusal) || error.response.status !== 401) throw error;
    if (!wantsCode(error)) throw new CommandError('user name or password is wrong');
  }
  const code = (await question('Code of the second factor, or a recovery code: ')).trim();
  try {
    return (await asked(code)).body as Grant;
  } catch (error) {
    if (statusOf(error) === 401) throw new CommandError('the code is wrong');
    throw error;
  }
}

const statusOf = (error: unknown): number | undefined => (error instanceof Refusal ? error.response.status : undefined);

const wantsCode = ({ response: { body } }: Refusal): boolean =>
  ((body as { errors?: { field: string }[] } | undefined)?.errors ?? []).some(({ field }) => field === 'code');

/** All that the commands use, and a role may do anything with. */
const scopesFor = (role: string): TokenScope[] =>
  tokenScopes.filter(
    (scope) =>
      scope !== 'categories:write' && (!scope.startsWith('webhooks:') || role === 'operator' || role === 'admin'),
  );

/** Whether nobody on the way reads what is sent. */
function isPrivate(url: string): boolean {
  const { protocol, hostname: host } = new URL(url);
  return protocol === 'https:' || host === 'localhost' || host === '[::1]' || /^127(?:\.\d+){3}$/.test(host);
}
