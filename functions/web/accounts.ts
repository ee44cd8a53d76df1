import type { api } from '@dormouse/auth/api';
import type { BodyOf, Every, ResponseOf } from '@dormouse/runtime/api';
import { apiClient } from '@dormouse/runtime/api-client';
import { proofHeader } from '@dormouse/runtime/client-proof';
import { type Call, okResponse, senderTo } from './upstream.ts';

type Grant = ResponseOf<typeof api.logIn, 200>;
/** What a log-in or a refresh gives, with the refresh token in the body. */
export type Granted = Pick<Grant, 'token' | 'expires_in' | 'refresh_expires_in'> & { refresh_token: string };

export type Registration = BodyOf<typeof api.register>;
export type Claim = Every<BodyOf<typeof api.claim>>;
/** A new password, and the present one where there is one. */
export type PasswordChange = { password: string; current_password?: string };
/** What a provider said of somebody, kept by auth. */
export type Proof = ResponseOf<typeof api.lookUpOauth, 200>;
/** What a device answered, as the browser's script says it. */
export type PasskeyAnswer = BodyOf<typeof api.logInByPasskey>['response'];
export type LinkLogIn = Pick<BodyOf<typeof api.logInByLink>, 'token' | 'browser' | 'code'>;
export type ProvenAccount = Omit<BodyOf<typeof api.registerByOauth>, 'ticket' | 'refresh'>;

/** What web needs of auth. `address` is the reader's own, for auth's limits. Every method throws AppError with what auth answered. */
export interface Accounts {
  /** @param agent what the browser calls itself @param code of the second factor, where the account has one */
  logIn(username: string, password: string, address: string, agent?: string, code?: string): Promise<Granted>;
  refresh(refreshToken: string, address: string): Promise<Granted>;
  logOut(refreshToken: string, token: string | undefined): Promise<void>;
  register(input: Registration, address: string): Promise<void>;
  /** Changes the password of whom the token speaks for, which ends all of their sessions. */
  changePassword(change: PasswordChange, token: string, address: string): Promise<void>;
  /** Gives an imported account to its owner; answers its user name. */
  claim(claim: Claim, address: string): Promise<string>;
  /** What a provider said. @param ticket what the cookie of the browser holds */
  lookUpProof(ticket: string, address: string): Promise<Proof>;
  /** Logs in as whom a provider has said. @param code of the second factor, where the account has one */
  logInByProof(ticket: string, address: string, agent?: string, code?: string): Promise<Granted>;
  /** Logs in with a passkey. @param ticket what auth gave with the options */
  logInByPasskey(ticket: string, response: object, address: string, agent?: string): Promise<Granted>;
  /** Makes an account for whom a provider has said, and logs in. */
  registerByProof(ticket: string, account: ProvenAccount, address: string, agent?: string): Promise<Granted>;
  /** Has a link sent to an address, if an account has it. */
  requestPasswordReset(email: string, address: string): Promise<void>;
  /** Sets the password by such a link; answers the user name. */
  completePasswordReset(token: string, password: string, address: string): Promise<string>;
  /** Has a link sent to an address that logs in, if an account has it; answers what makes it good in this browser alone. */
  requestLogInLink(email: string, address: string): Promise<string>;
  /** @param agent what the browser calls itself */
  logInByLink(link: LinkLogIn, address: string, agent?: string): Promise<Granted>;
  /** Has a link sent to the address of whom the token speaks for. */
  requestEmailVerification(token: string, address: string): Promise<void>;
  /** Has a link sent to another address. @param password the present one, where there is one */
  requestEmailChange(email: string, password: string | undefined, token: string, address: string): Promise<void>;
  dropEmailChange(token: string): Promise<void>;
  /** Ends mails about comments by the link of one. */
  endCommentMails(link: string, address: string): Promise<void>;
  /** Proves an address by such a link. */
  verifyEmail(link: string, address: string): Promise<void>;
}

/** Accounts by HTTP at `url`; the reader's address goes on in `addressHeader`, with the proof that auth wants of whoever says one. */
export function accountsAt(url: string, call: Call, addressHeader: string, proof?: string): Accounts {
  const client = apiClient<typeof api>(senderTo(url, call));
  const from = (address: string): Record<string, string> =>
    address ? { [addressHeader]: address, ...(proof && { [proofHeader]: proof }) } : {};
  return {
    async logIn(username, password, address, agent, code) {
      const body = { username, password, refresh: 'body', ...(code && { code }) } as const;
      return granted(
        okResponse(
          await client('POST /api/login', {
            body,
            headers: { ...from(address), ...(agent && { 'user-agent': agent }) },
          }),
        ).body,
      );
    },
    async refresh(refresh_token, address) {
      const headers = from(address);
      return granted(okResponse(await client('POST /api/token/refresh', { body: { refresh_token }, headers })).body);
    },
    async logOut(refresh_token, token) {
      okResponse(await client('POST /api/logout', { body: { refresh_token }, token }));
    },
    async register(input, address) {
      okResponse(await client('POST /api/register', { body: input, headers: from(address) }));
    },
    async changePassword(body, token, address) {
      okResponse(await client('PATCH /api/me', { body, token, headers: from(address) }));
    },
    async claim(claim, address) {
      return okResponse(await client('POST /api/claim', { body: claim, headers: from(address) })).body.username;
    },
    async lookUpProof(ticket, address) {
      return okResponse(await client('POST /api/oauth/lookup', { body: { ticket }, headers: from(address) })).body;
    },
    async logInByProof(ticket, address, agent, code) {
      const body = { ticket, refresh: 'body', ...(code && { code }) } as const;
      const headers = { ...from(address), ...(agent && { 'user-agent': agent }) };
      return granted(okResponse(await client('POST /api/oauth/session', { body, headers })).body);
    },
    async logInByPasskey(ticket, response, address, agent) {
      // Whether it is one is auth's to say.
      const body = { ticket, response: response as PasskeyAnswer, refresh: 'body' } as const;
      const headers = { ...from(address), ...(agent && { 'user-agent': agent }) };
      return granted(okResponse(await client('POST /api/passkeys/session', { body, headers })).body);
    },
    async registerByProof(ticket, account, address, agent) {
      const body = { ...account, ticket, refresh: 'body' } as const;
      const headers = { ...from(address), ...(agent && { 'user-agent': agent }) };
      return granted(okResponse(await client('POST /api/oauth/registration', { body, headers })).body);
    },
    async requestPasswordReset(email, address) {
      okResponse(await client('POST /api/password-resets', { body: { email }, headers: from(address) }));
    },
    async completePasswordReset(token, password, address) {
      const call = { body: { token, password }, headers: from(address) };
      return okResponse(await client('POST /api/password-resets/completion', call)).body.username;
    },
    async requestLogInLink(email, address) {
      const call = { body: { email }, headers: from(address) };
      return okResponse(await client('POST /api/log-in-links', call)).body.browser;
    },
    async logInByLink(link, address, agent) {
      const headers = { ...from(address), ...(agent && { 'user-agent': agent }) };
      const body = { ...link, refresh: 'body' } as const;
      return granted(okResponse(await client('POST /api/log-in-links/completion', { body, headers })).body);
    },
    async requestEmailVerification(token, address) {
      okResponse(await client('POST /api/me/email-verification', { token, headers: from(address) }));
    },
    async requestEmailChange(email, password, token, address) {
      const body = { email, ...(password !== undefined && { current_password: password }) };
      okResponse(await client('POST /api/me/email-change', { body, token, headers: from(address) }));
    },
    async dropEmailChange(token) {
      okResponse(await client('DELETE /api/me/email-change', { token }));
    },
    async endCommentMails(token, address) {
      okResponse(await client('POST /api/comment-mails/off', { body: { token }, headers: from(address) }));
    },
    async verifyEmail(link, address) {
      okResponse(await client('POST /api/email-verifications', { body: { token: link }, headers: from(address) }));
    },
  };
}

const granted = ({ token, expires_in, refresh_token = '', refresh_expires_in }: Grant): Granted => ({
  token,
  expires_in,
  refresh_token,
  ...(refresh_expires_in !== undefined && { refresh_expires_in }),
});
