import type { api } from '@dormouse/auth/api';
import type { BodyOf, ResponseOf } from '@dormouse/runtime/api';
import { apiClient } from '@dormouse/runtime/api-client';
import { proofHeader } from '@dormouse/runtime/client-proof';
import { type Call, okResponse, senderTo } from './upstream.ts';

export type Me = ResponseOf<typeof api.me, 200>;
export type OwnSession = ResponseOf<typeof api.sessions, 200>[number];
export type PersonalToken = ResponseOf<typeof api.personalTokens, 200>[number];
export type NewPersonalToken = BodyOf<typeof api.makePersonalToken>;
export type SecondFactor = ResponseOf<typeof api.secondFactor, 200>;
export type OfferedTotp = ResponseOf<typeof api.offerTotp, 201>;
export type Identity = ResponseOf<typeof api.identities, 200>[number];
export type Passkey = ResponseOf<typeof api.passkeys, 200>[number];
export type OfferedPasskey = ResponseOf<typeof api.offerPasskey, 200>;
export type OwnData = ResponseOf<typeof api.exportMe, 200>;
type Change = BodyOf<typeof api.changeMe>;
/** A picture that is left out stays as it is. */
export type Profile = Required<Pick<Change, 'display_name' | 'bio' | 'links'>> & Pick<Change, 'picture'>;

/** What web asks auth about the account that a token speaks for. Every method throws AppError with what auth answered. */
export interface OwnAccount {
  read(token: string): Promise<Me>;
  changeProfile(profile: Profile, token: string): Promise<void>;
  /** Begins or ends mails about comments. */
  setCommentMails(wanted: boolean, token: string): Promise<void>;
  /** Everything that auth has. */
  export(token: string): Promise<OwnData>;
  /** The last used first. */
  sessions(token: string): Promise<readonly OwnSession[]>;
  endSession(id: string, token: string): Promise<void>;
  /** Personal access tokens, the newest first. */
  tokens(token: string): Promise<readonly PersonalToken[]>;
  /** Makes a personal access token and answers it. */
  makeToken(input: NewPersonalToken, token: string): Promise<string>;
  revokeToken(id: string, token: string): Promise<void>;
  /** Accounts at providers, the first linked first. */
  identities(token: string): Promise<readonly Identity[]>;
  /** Links whom a provider has said. @param password undefined for an account without one @param address the reader's own, for auth's limits */
  linkIdentity(ticket: string, password: string | undefined, token: string, address: string): Promise<void>;
  /** @param password undefined for an account without one @param address the reader's own, for auth's limits */
  unlinkIdentity(id: string, password: string | undefined, token: string, address: string): Promise<void>;
  /** The oldest first. */
  passkeys(token: string): Promise<readonly Passkey[]>;
  /** What a device is asked to make a passkey with. @param password undefined for an account without one @param address the reader's own, for auth's limits */
  offerPasskey(password: string | undefined, token: string, address: string): Promise<OfferedPasskey>;
  /** Keeps the passkey that a device has made. @param response what it answered, as the browser's script says it */
  addPasskey(ticket: string, name: string, response: object, token: string): Promise<void>;
  renamePasskey(id: string, name: string, token: string): Promise<void>;
  /** @param password undefined for an account without one @param address the reader's own, for auth's limits */
  removePasskey(id: string, password: string | undefined, token: string, address: string): Promise<void>;
  secondFactor(token: string): Promise<SecondFactor>;
  /** A secret that is not confirmed yet. @param password undefined for an account without one @param address the reader's own, for auth's limits */
  offerTotp(password: string | undefined, token: string, address: string): Promise<OfferedTotp>;
  /** Turns the second factor on; answers recovery codes. */
  confirmTotp(code: string, token: string): Promise<readonly string[]>;
  /** Turns the second factor off. @param address the reader's own, for auth's limits */
  dropTotp(password: string | undefined, code: string, token: string, address: string): Promise<void>;
  /** Deletes the account. @param password undefined for an account without one @param address the reader's own, for auth's limits */
  remove(password: string | undefined, token: string, address: string): Promise<void>;
}

/** The account by HTTP at `url`; the reader's address goes on in `addressHeader`. */
export function ownAccountAt(url: string, call: Call, addressHeader: string, proof?: string): OwnAccount {
  const client = apiClient<typeof api>(senderTo(url, call));
  const from = (address: string): Record<string, string> =>
    address ? { [addressHeader]: address, ...(proof && { [proofHeader]: proof }) } : {};
  return {
    async read(token) {
      return okResponse(await client('GET /api/me', { token })).body;
    },
    async changeProfile(body, token) {
      okResponse(await client('PATCH /api/me', { body, token }));
    },
    async setCommentMails(comment_mails, token) {
      okResponse(await client('PATCH /api/me', { body: { comment_mails }, token }));
    },
    async export(token) {
      return okResponse(await client('GET /api/me/export', { token })).body;
    },
    async sessions(token) {
      return okResponse(await client('GET /api/me/sessions', { token })).body;
    },
    async endSession(id, token) {
      okResponse(await client('DELETE /api/me/sessions/:id', { params: { id }, token }));
    },
    async tokens(token) {
      return okResponse(await client('GET /api/tokens', { token })).body;
    },
    async makeToken(body, token) {
      return okResponse(await client('POST /api/tokens', { body, token })).body.token;
    },
    async revokeToken(id, token) {
      okResponse(await client('DELETE /api/tokens/:id', { params: { id }, token }));
    },
    async identities(token) {
      return okResponse(await client('GET /api/me/identities', { token })).body;
    },
    async linkIdentity(ticket, password, token, address) {
      const body = { ...withPassword(password), ticket };
      okResponse(await client('POST /api/me/identities', { body, token, headers: from(address) }));
    },
    async unlinkIdentity(id, password, token, address) {
      const [params, body] = [{ id }, withPassword(password)];
      okResponse(await client('DELETE /api/me/identities/:id', { params, body, token, headers: from(address) }));
    },
    async passkeys(token) {
      return okResponse(await client('GET /api/me/passkeys', { token })).body;
    },
    async offerPasskey(password, token, address) {
      const body = withPassword(password);
      return okResponse(await client('POST /api/me/passkeys/options', { body, token, headers: from(address) })).body;
    },
    async addPasskey(ticket, name, response, token) {
      // Whether it is one is auth's to say.
      const body = { ticket, name, response: response as BodyOf<typeof api.addPasskey>['response'] };
      okResponse(await client('POST /api/me/passkeys', { body, token }));
    },
    async renamePasskey(id, name, token) {
      okResponse(await client('PATCH /api/me/passkeys/:id', { params: { id }, body: { name }, token }));
    },
    async removePasskey(id, password, token, address) {
      const [params, body] = [{ id }, withPassword(password)];
      okResponse(await client('DELETE /api/me/passkeys/:id', { params, body, token, headers: from(address) }));
    },
    async secondFactor(token) {
      return okResponse(await client('GET /api/me/second-factor', { token })).body;
    },
    async offerTotp(password, token, address) {
      const body = withPassword(password);
      return okResponse(await client('POST /api/me/totp', { body, token, headers: from(address) })).body;
    },
    async confirmTotp(code, token) {
      return okResponse(await client('POST /api/me/totp/confirmation', { body: { code }, token })).body.recovery_codes;
    },
    async dropTotp(password, code, token, address) {
      const body = { ...withPassword(password), code };
      okResponse(await client('DELETE /api/me/totp', { body, token, headers: from(address) }));
    },
    async remove(current_password, token, address) {
      const body = current_password === undefined ? {} : { current_password };
      okResponse(await client('DELETE /api/me', { body, token, headers: from(address) }));
    },
  };
}

const withPassword = (password: string | undefined): { password?: string } =>
  password === undefined ? {} : { password };
