import { isLoopback } from '@dormouse/runtime/sign-in-providers';
import * as openid from 'openid-client';
import type { KnownProvider, ProviderRequest } from './dependencies.ts';

/** Milliseconds for each answer of a provider, which somebody waits for. */
const timeoutMs = 5_000;
const maxBytes = 256 * 1024;

/** A provider as it describes itself. */
export type Discovered = openid.Configuration;

/** What was sent with somebody, and must come back with them. */
export interface Checks {
  state: string;
  nonce: string;
  /** Of PKCE. */
  verifier: string;
}

/** Who somebody is, as a provider says; all but `subject` is theirs to choose. */
export interface ProvenIdentity {
  subject: string;
  label: string;
  username?: string;
  displayName?: string;
  email?: string;
}

/** Why nobody was logged in. */
export type Failure = 'denied' | 'down' | 'refused';

class ProviderDown extends Error {
  override name = 'ProviderDown';
}

/** Reads what a provider says of itself. @throws Error of which `failureOf` says what it means */
export async function discover(provider: KnownProvider, request: ProviderRequest): Promise<Discovered> {
  const { issuer, clientId, secret, type, secretIn } = provider;
  const authentication =
    secret === undefined
      ? openid.None()
      : secretIn === 'basic'
        ? openid.ClientSecretBasic(secret)
        : openid.ClientSecretPost(secret);
  const fetch = fetchBy(request);
  const isPlain = isLoopback(new URL(issuer).hostname);
  if (type === 'github') {
    const endpoints = { authorization_endpoint: `${issuer}/authorize`, token_endpoint: `${issuer}/access_token` };
    const configuration = new openid.Configuration({ issuer, ...endpoints }, clientId, undefined, authentication);
    configuration[openid.customFetch] = fetch;
    configuration.timeout = timeoutMs / 1000;
    if (isPlain) openid.allowInsecureRequests(configuration);
    return configuration;
  }
  return openid.discovery(new URL(issuer), clientId, undefined, authentication, {
    [openid.customFetch]: fetch,
    timeout: timeoutMs / 1000,
    // Signatures too, not TLS alone, say that an ID token is the provider's.
    execute: [openid.enableNonRepudiationChecks, ...(isPlain ? [openid.allowInsecureRequests] : [])],
  });
}

/** Where somebody is sent: code flow with PKCE, state and, where there are ID tokens, nonce. */
export async function authorizationUrl(
  discovered: Discovered,
  { type }: KnownProvider,
  { state, nonce, verifier }: Checks,
  redirectUri: string,
): Promise<string> {
  const parameters = {
    redirect_uri: redirectUri,
    code_challenge: await openid.calculatePKCECodeChallenge(verifier),
    code_challenge_method: 'S256',
    state,
    // GitHub shows what is public to whoever asks for no scope.
    ...(type === 'openid' && { scope: 'openid profile email', nonce }),
  };
  return openid.buildAuthorizationUrl(discovered, parameters).href;
}

/**
 * Exchanges the code of a provider's answer and reads who it is about. State, issuer (RFC 9207), PKCE and the ID token with its signature,
 * issuer, audience, times and nonce are checked. The provider's tokens are forgotten.
 * @param answer the address that somebody came back to
 * @throws Error of which `failureOf` says what it means
 */
export async function readIdentity(
  discovered: Discovered,
  provider: KnownProvider,
  { state, nonce, verifier }: Checks,
  answer: URL,
): Promise<ProvenIdentity> {
  const common = { expectedState: state, pkceCodeVerifier: verifier };
  if (provider.type === 'github') {
    const { access_token } = await openid.authorizationCodeGrant(discovered, answer, common);
    return gitHubIdentity(discovered, provider, access_token);
  }
  const checks = { ...common, expectedNonce: nonce, idTokenExpected: true };
  const tokens = await openid.authorizationCodeGrant(discovered, answer, checks);
  const claims = tokens.claims() as openid.IDToken;
  const isSilent = claims.preferred_username === undefined && claims.name === undefined && claims.email === undefined;
  const said =
    isSilent && discovered.serverMetadata().userinfo_endpoint
      ? await openid.fetchUserInfo(discovered, tokens.access_token, claims.sub)
      : claims;
  return identityOf(claims.sub, [said.preferred_username, said.name, said.email]);
}

async function gitHubIdentity(
  discovered: Discovered,
  { api }: KnownProvider,
  accessToken: string,
): Promise<ProvenIdentity> {
  const headers = new Headers({ accept: 'application/vnd.github+json', 'user-agent': 'dormouse' });
  const response = await openid.fetchProtectedResource(
    discovered,
    accessToken,
    new URL(`${api}/user`),
    'GET',
    undefined,
    headers,
  );
  const { id, login, name, email } = (await response.json()) as Record<string, unknown>;
  if (!response.ok || typeof id !== 'number') throw new Error('GitHub did not say who it is');
  // Names can change owners there; numbers cannot.
  return identityOf(String(id), [login, name, email]);
}

function identityOf(subject: string, said: readonly unknown[]): ProvenIdentity {
  const [username, displayName, email] = said.map(line);
  return {
    subject,
    label: username ?? email ?? displayName ?? subject.slice(0, 100),
    ...(username !== undefined && { username }),
    ...(displayName !== undefined && { displayName }),
    ...(email !== undefined && { email }),
  };
}

/** A line of text that can be stored and shown; what cannot be is not said. */
const line = (value: unknown): string | undefined =>
  typeof value === 'string' && /^[^\p{C}\u2028\u2029]{1,254}$/u.test(value.trim()) ? value.trim() : undefined;

/** What an error of the functions above means. */
export function failureOf(error: unknown): Failure {
  for (let at: unknown = error; at instanceof Error; at = at.cause) {
    if (at instanceof ProviderDown || (at as { code?: unknown }).code === 'OAUTH_TIMEOUT') return 'down';
    if (at instanceof openid.AuthorizationResponseError) return at.error === 'access_denied' ? 'denied' : 'refused';
  }
  return 'refused';
}

const fetchBy =
  (request: ProviderRequest): openid.CustomFetch =>
  async (url, { method, headers, body }) => {
    const response = await request(url, {
      method,
      headers: Object.fromEntries(new Headers(headers)),
      ...(body !== undefined && body !== null && { body: String(body) }),
      timeoutMs,
      maxBytes,
    }).catch((cause: unknown) => {
      throw new ProviderDown('the provider does not answer', { cause });
    });
    if (response.status >= 500) throw new ProviderDown(`the provider answered ${response.status}`);
    return response;
  };
