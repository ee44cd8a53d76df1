import type { Sql, Tx } from '@dormouse/runtime/sql-types';

/** Somebody was sent to a provider. */
export interface BegunSignIn {
  step: 'begun';
  provider: string;
  state: string;
  nonce: string;
  /** Of PKCE (RFC 7636). */
  verifier: string;
  /** Where they are sent back to. */
  redirectUri: string;
  /** Path to go to afterwards. */
  next: string;
  /** Whether the account there is wanted for the account that is logged in here. */
  linking: boolean;
}

/** A provider has said who somebody is. */
export interface ProvenSignIn {
  step: 'proven';
  provider: string;
  issuer: string;
  subject: string;
  /** What the provider calls them; of these nothing is proven. */
  label: string;
  username?: string;
  displayName?: string;
  email?: string;
  next: string;
  linking: boolean;
}

/** A browser was asked for a passkey, whosever. */
export interface AskedPasskey {
  step: 'passkey asked';
  challenge: string;
}

/** A browser was asked to make a passkey for an account. */
export interface OfferedPasskey {
  step: 'passkey offered';
  challenge: string;
  userId: number;
}

export type Pending = BegunSignIn | ProvenSignIn | AskedPasskey | OfferedPasskey;
type Step = Pending['step'];
type Of<S extends Step> = Extract<Pending, { step: S }>;

/** What browsers have begun and not finished. */
export interface PendingStore {
  /** Keeps something until it expires; what has expired goes. */
  keepPending(hash: string, pending: Pending, now: Date, expiresAt: Date): Promise<void>;
  findPending<S extends Step>(hash: string, step: S, now: Date): Promise<Of<S> | undefined>;
  /** Uses something up; undefined when it was used, has expired, or is of another step. */
  takePending<S extends Step>(hash: string, step: S, now: Date): Promise<Of<S> | undefined>;
}

/** @see PendingStore */
export function pendingStore(sql: Sql): PendingStore {
  return {
    async keepPending(hash, { step, ...data }, now, expiresAt) {
      await sql`
        DELETE FROM pending_sign_ins WHERE hash IN (
          SELECT hash FROM pending_sign_ins WHERE expires_at <= ${now} LIMIT 100 FOR UPDATE SKIP LOCKED)`;
      await sql`
        INSERT INTO pending_sign_ins (hash, step, data, expires_at)
        VALUES (${hash}, ${step}, (${JSON.stringify(data)}::text)::jsonb, ${expiresAt})`;
    },

    async findPending<S extends Step>(hash: string, step: S, now: Date) {
      const [row] = await sql<{ data: Omit<Of<S>, 'step'> }[]>`
        SELECT data FROM pending_sign_ins WHERE hash = ${hash} AND step = ${step} AND expires_at > ${now}`;
      return row && ({ step, ...row.data } as Of<S>);
    },

    takePending: (hash, step, now) => takePending(sql, hash, step, now),
  };
}

/** The same within a transaction, so that it is used up with what it was for, or not at all. */
export async function takePending<S extends Step>(
  sql: Sql | Tx,
  hash: string,
  step: S,
  now: Date,
): Promise<Of<S> | undefined> {
  const [row] = await sql<{ data: Omit<Of<S>, 'step'> }[]>`
    DELETE FROM pending_sign_ins WHERE hash = ${hash} AND step = ${step} AND expires_at > ${now} RETURNING data`;
  return row && ({ step, ...row.data } as Of<S>);
}
