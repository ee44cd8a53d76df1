/** Somebody else at whom people may log in (OAUTH_PROVIDERS). */
export interface SignInProvider {
  /** In addresses: `/api/oauth/NAME`. */
  name: string;
  /** What buttons call it. */
  label: string;
  clientId: string;
  /** Who answers, as it calls itself: with a subject of its own it identifies somebody. */
  issuer: string;
  /** `openid`: OpenID Connect, whose discovery says the rest; `github`: OAuth 2.0 as GitHub speaks it. */
  type: 'openid' | 'github';
  /** GitHub's API, which says who somebody is. */
  api: string;
  /** How its token endpoint wants the secret: in the form (`post`) or as HTTP Basic. */
  secretIn: 'post' | 'basic';
}

const presets: Readonly<Record<string, Partial<SignInProvider>>> = {
  github: { label: 'GitHub', issuer: 'https://github.com/login/oauth', type: 'github', api: 'https://api.github.com' },
  google: { label: 'Google', issuer: 'https://accounts.google.com' },
};

const taken = ['lookup', 'session', 'registration'];
const settings = ['name', 'client_id', 'label', 'issuer', 'type', 'api', 'secret_in'];

/**
 * The providers that OAUTH_PROVIDERS names, a JSON list: `[{"name":"github","client_id":"…"}]`. GitHub and Google are known by their names;
 * others say their `issuer`. Empty: none.
 * @throws Error that says which provider is wrong, and how
 */
export function signInProviders(text: string): SignInProvider[] {
  if (text.trim() === '') return [];
  const list = parse(text);
  if (!Array.isArray(list)) wrong('is no JSON list');
  const providers = (list as unknown[]).map(providerOf);
  for (const [index, { name, issuer }] of providers.entries())
    if (providers.findIndex((each) => each.name === name || each.issuer === issuer) < index)
      wrong(`${name} is there twice, or two have its issuer`);
  return providers;
}

/** The variable that holds the secret of a provider: OAUTH_SECRET_GITHUB. */
export const secretVariable = (name: string): string => `OAUTH_SECRET_${name.toUpperCase().replaceAll('-', '_')}`;

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return wrong('is no JSON');
  }
}

function providerOf(value: unknown): SignInProvider {
  if (typeof value !== 'object' || value === null) return wrong('has an entry that is no object');
  const given = value as Record<string, unknown>;
  const name = typeof given.name === 'string' && /^[a-z][a-z0-9-]{0,30}$/.test(given.name) ? given.name : undefined;
  if (name === undefined) return wrong('has an entry without a name of lower-case letters, digits and "-"');
  if (taken.includes(name)) return wrong(`${name} is an address of its own (/api/oauth/${name})`);
  for (const [key, said] of Object.entries(given))
    if (!settings.includes(key) || typeof said !== 'string' || said === '')
      wrong(`${name}: ${key} is none of ${settings.join(', ')}, or no text`);
  const preset = presets[name] ?? {};
  const said = given as Record<string, string>;
  const type = said.type ?? preset.type ?? 'openid';
  const secretIn = said.secret_in ?? 'post';
  if (type !== 'openid' && type !== 'github') return wrong(`${name}: type is neither openid nor github`);
  if (secretIn !== 'post' && secretIn !== 'basic') return wrong(`${name}: secret_in is neither post nor basic`);
  return {
    name,
    label: said.label ?? preset.label ?? name,
    clientId: said.client_id ?? wrong(`${name}: client_id is missing`),
    issuer: address(name, 'issuer', said.issuer ?? preset.issuer),
    type,
    api: type === 'github' ? address(name, 'api', said.api ?? preset.api) : '',
    secretIn,
  };
}

/** Without TLS anybody between could say who somebody is; on one machine nobody is between. */
function address(name: string, key: string, value: string | undefined): string {
  if (value === undefined) return wrong(`${name}: ${key} is missing`);
  if (!URL.canParse(value)) return wrong(`${name}: ${key} is no address`);
  const { protocol, hostname, search, hash } = new URL(value);
  if (protocol !== 'https:' && !(protocol === 'http:' && isLoopback(hostname)))
    wrong(`${name}: ${key} must begin with https://`);
  if (search || hash) wrong(`${name}: ${key} has a query or a fragment`);
  return value;
}

/** Whether a host is this machine. */
export const isLoopback = (hostname: string): boolean => /^(localhost|127\.0\.0\.1|\[::1\])$/.test(hostname);

function wrong(how: string): never {
  throw new Error(`the environment variable OAUTH_PROVIDERS: ${how}`);
}
