import type { api } from '@dormouse/auth/api';
import type { BodyOf, ResponseOf } from '@dormouse/runtime/api';
import { apiClient } from '@dormouse/runtime/api-client';
import { proofHeader } from '@dormouse/runtime/client-proof';
import { nextIn } from './link-header.ts';
import { type Call, okResponse, senderTo } from './upstream.ts';

export type Person = ResponseOf<typeof api.people, 200>[number];
export type PersonChange = BodyOf<typeof api.changeUser>;
export type Invitations = ResponseOf<typeof api.invitations, 200>;
export type Invitation = Invitations['invitations'][number];
export type Profile = ResponseOf<typeof api.user, 200>;
export type NewInvitation = ResponseOf<typeof api.invite, 201>;

/** A page of the accounts, by name. */
export interface PeopleList {
  people: readonly Person[];
  /** User name after which the next page begins. */
  next?: string;
}

/** What web asks auth about people. auth decides who may. Every method throws AppError with what auth answered. */
export interface People {
  list(after: string | undefined, token: string): Promise<PeopleList>;
  change(username: string, change: PersonChange, token: string): Promise<void>;
  /** Invitations that are good, and the roles that the token's owner may give. */
  invitations(token: string): Promise<Invitations>;
  invite(input: BodyOf<typeof api.invite>, token: string): Promise<NewInvitation>;
  revoke(id: number, token: string): Promise<void>;
  /** What everybody may know of an account; undefined when there is none. */
  profile(username: string): Promise<Profile | undefined>;
  /** The invitation of a code. @param address the reader's own, for auth's limits */
  lookUp(code: string, address: string): Promise<Invitation>;
}

/** People by HTTP at `url`; the reader's address goes on in `addressHeader`. */
export function peopleAt(url: string, call: Call, addressHeader: string, proof?: string): People {
  const client = apiClient<typeof api>(senderTo(url, call));
  return {
    async list(after, token) {
      const { body, headers } = okResponse(await client('GET /api/users', { query: { after }, token }));
      return { people: body, ...nextIn(headers) };
    },
    async change(name, body, token) {
      okResponse(await client('PATCH /api/users/:name', { params: { name }, body, token }));
    },
    async invitations(token) {
      return okResponse(await client('GET /api/invitations', { token })).body;
    },
    async invite(body, token) {
      return okResponse(await client('POST /api/invitations', { body, token })).body;
    },
    async revoke(id, token) {
      okResponse(await client('DELETE /api/invitations/:id', { params: { id }, token }));
    },
    async profile(name) {
      const response = await client('GET /api/users/:name', { params: { name } });
      return response.status === 404 ? undefined : okResponse(response).body;
    },
    async lookUp(code, address) {
      const headers: Record<string, string> = address
        ? { [addressHeader]: address, ...(proof && { [proofHeader]: proof }) }
        : {};
      return okResponse(await client('POST /api/invitations/lookup', { body: { code }, headers })).body;
    },
  };
}
