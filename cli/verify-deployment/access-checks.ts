import { type Check, demand, NotChecked } from './check.ts';
import { answered, jsonOf, type Site } from './site.ts';

/** Answered inside of a cluster, or by the local console, and to nobody else. */
const internalPaths = [
  '/metrics',
  '/events',
  '/dead-letters',
  '/batches',
  '/healthz',
  '/readyz',
  '/%65vents',
  '/blog/%6detrics',
  '/api/services',
  '/api/v1/query?query=up',
  '/apis/serving.knative.dev/v1/services',
  '/debug/pprof/',
  '/.env',
  '/.git/config',
] as const;

const noBody = { method: 'POST', json: {} } as const;

/** Logs in. @throws Error with the response */
export async function logIn({ ask, account }: Site): Promise<string> {
  if (!account) throw new NotChecked('no --user');
  const response = await ask('/api/login', {
    method: 'POST',
    json: { username: account.name, password: account.password },
  });
  const { token } = jsonOf<{ token?: string }>(`the log-in of ${account.name}`, response);
  demand(token, 'the log-in gives no token');
  return token;
}

/** Who gets in, and what nobody gets. */
export const accessChecks: readonly Check[] = [
  {
    name: 'keys',
    async ask({ ask }) {
      const { keys = [] } = jsonOf<{ keys?: Record<string, unknown>[] }>(
        'the keys',
        await ask('/.well-known/jwks.json'),
      );
      demand(keys.length > 0, 'there are no keys: nobody can log in');
      demand(
        keys.every((key) => !('d' in key)),
        'a PRIVATE key is published: rotate all keys now',
      );
      const { issuer } = jsonOf<{ issuer?: string }>(
        'the configuration',
        await ask('/.well-known/openid-configuration'),
      );
      return `${keys.length} of ${issuer}`;
    },
  },
  {
    name: 'log-in-page',
    async ask({ ask }) {
      const response = await ask('/blog/login');
      answered('/blog/login', response, 200);
      demand(response.text.includes('type="password"'), '/blog/login asks for no password');
      answered('a log-in without a name', await ask('/api/login', noBody), 422);
      return 'page and API';
    },
  },
  {
    name: 'log-in',
    async ask(site) {
      const authorization = `Bearer ${await logIn(site)}`;
      const { username } = jsonOf<{ username?: string }>(
        '/api/me',
        await site.ask('/api/me', { headers: { authorization } }),
      );
      demand(username === site.account?.name, `/api/me says ${username}`);
      answered('the log-out', await site.ask('/api/logout', { ...noBody, headers: { authorization } }), 204);
      return `as ${username}, and out again`;
    },
  },
  {
    name: 'needs-a-token',
    async ask({ ask }) {
      const invented = { authorization: 'Bearer eyJhbGciOiJub25lIn0.eyJyb2xlIjoiYWRtaW4ifQ.' };
      for (const [what, headers] of [
        ['no token', {}],
        ['an invented token', invented],
      ] as const) {
        answered(`a post with ${what}`, await ask('/blog/api/posts', { ...noBody, headers }), 401, 403);
        answered(`the archive with ${what}`, await ask('/api/journal/events', { headers }), 401, 403);
        answered(`the account with ${what}`, await ask('/api/me', { headers }), 401, 403);
      }
      return 'writes, archive and accounts';
    },
  },
  {
    name: 'not-exposed',
    async ask({ ask }) {
      for (const path of internalPaths) {
        answered(`GET ${path}`, await ask(path), 404);
        if (!path.startsWith('/.')) answered(`POST ${path}`, await ask(path, noBody), 404, 405);
      }
      answered('GET //blog/', await ask('//blog/'), 400, 404);
      return `${internalPaths.length} paths`;
    },
  },
];
