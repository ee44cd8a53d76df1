import { bearer, type Call, okResponse } from './upstream.ts';

/** What a login or a refresh gives. */
export interface Granted {
  token: string;
  /** Seconds until `token` expires. */
  expires_in: number;
  refresh_token: string;
  /** Seconds until `refresh_token` expires. */
  refresh_expires_in?: number;
}

export interface Registration {
  username: string;
  email: string;
  password: string;
}

export interface Claim {
  /** One-time token of the link that the importer gave out. */
  token: string;
  email: string;
  password: string;
}

/** What web needs of auth. `address` is the reader's own, for auth's limits. Every method throws AppError with what auth answered. */
export interface Accounts {
  logIn(username: string, password: string, address: string): Promise<Granted>;
  refresh(refreshToken: string, address: string): Promise<Granted>;
  logOut(refreshToken: string, token: string | undefined): Promise<void>;
  register(input: Registration, address: string): Promise<void>;
  /** Gives an imported account to its owner; answers its user name. */
  claim(claim: Claim, address: string): Promise<string>;
}

/** Accounts by HTTP at `url`; the reader's address goes on in `addressHeader`, which only the ingress and functions can set. */
export function accountsAt(url: string, call: Call, addressHeader: string): Accounts {
  const post = async (path: string, body: unknown, headers: Record<string, string>) =>
    okResponse(
      await call(`${url}/api/${path}`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...headers },
        body: JSON.stringify(body),
      }),
    );
  const from = (address: string) => (address ? { [addressHeader]: address } : {});
  return {
    logIn: async (username, password, address) =>
      (await (await post('login', { username, password, refresh: 'body' }, from(address))).json()) as Granted,
    refresh: async (refresh_token, address) =>
      (await (await post('token/refresh', { refresh_token }, from(address))).json()) as Granted,
    logOut: async (refresh_token, token) => void (await post('logout', { refresh_token }, bearer(token))),
    register: async (input, address) => void (await post('register', input, from(address))),
    claim: async (claim, address) =>
      ((await (await post('claim', claim, from(address))).json()) as { username: string }).username,
  };
}
