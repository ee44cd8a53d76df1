import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import Provider from 'oidc-provider';

/** An OpenID provider on this machine, the real thing: everybody who goes there is whom the test says. */
export async function openProvider(redirectUris: readonly string[]) {
  const server = createServer();
  await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready));
  const issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const claims = { openid: ['sub'], profile: ['name', 'preferred_username'], email: ['email', 'email_verified'] };
  const provider = new Provider(issuer, {
    clients: [
      {
        client_id: 'dormouse',
        client_secret: 'a secret of the client',
        redirect_uris: [...redirectUris],
        token_endpoint_auth_method: 'client_secret_post',
      },
    ],
    claims,
    // As Google does; what is not in the ID token is asked for.
    conformIdTokenClaims: false,
    pkce: { required: () => false },
    features: { devInteractions: { enabled: true } },
    findAccount: (_: unknown, sub: string) => ({
      accountId: sub,
      claims: async () => ({
        sub,
        name: `Name of ${sub}`,
        preferred_username: sub,
        email: `${sub}@provider.test`,
        email_verified: true,
      }),
    }),
    cookies: { keys: ['a key of the test'] },
    ttl: { AccessToken: 60, AuthorizationCode: 60, IdToken: 60, Interaction: 600, Session: 600, Grant: 600 },
  });
  server.on('request', provider.callback());

  return {
    issuer,
    /** Goes to the provider's pages as `subject`, agrees to everything, and answers where they send the browser back to. */
    async logIn(begun: string, subject: string): Promise<string> {
      const cookies = new Map<string, string>();
      const ask = async (url: string, form?: Record<string, string>): Promise<Response> => {
        const cookie = [...cookies].map((pair) => pair.join('=')).join('; ');
        const response = await fetch(url, {
          redirect: 'manual',
          headers: { cookie },
          ...(form && { method: 'POST', body: new URLSearchParams(form) }),
        });
        for (const line of response.headers.getSetCookie()) {
          const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
          cookies.set(name, value);
        }
        return response;
      };
      let url = begun;
      for (let hops = 0; hops < 12; hops++) {
        const response = await ask(url);
        const to = response.headers.get('location');
        if (to) {
          url = new URL(to, issuer).href;
          if (!url.startsWith(issuer)) return url;
          continue;
        }
        const page = await response.text();
        const prompt = /name="prompt" value="(login|consent)"/.exec(page)?.[1];
        if (!prompt) throw new Error(`the provider answered ${response.status}: ${page.slice(0, 500)}`);
        const form = { prompt, ...(prompt === 'login' && { login: subject, password: 'any' }) };
        url = new URL((await ask(url, form)).headers.get('location') ?? '', issuer).href;
        if (!url.startsWith(issuer)) return url;
      }
      throw new Error('the provider does not come to an end');
    },
    close: () => new Promise<void>((closed) => server.close(() => closed())),
  };
}
