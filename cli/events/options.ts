/** What every command of `dormouse events` is told. */
export interface Options {
  /** Address of the platform's ingress. */
  readonly url: string;
  /** Address of its console. */
  readonly console: string;
  /** Address of the Broker; the console names it where none is given. */
  readonly broker?: string | undefined;
  /** An operator's access token; one is signed with the local keys where none is given. */
  readonly token?: string | undefined;
  /** Folder of the local platform's data. */
  readonly home: string;
  readonly json: boolean;
  /** What dead letters are narrowed to; times are RFC 3339. */
  readonly filter: Readonly<Record<string, string>>;
  readonly state: string;
  readonly limit: number;
  readonly all: boolean;
  readonly dryRun: boolean;
  readonly yes: boolean;
  readonly data?: string | undefined;
  readonly id?: string | undefined;
  /** File with the JWK Set that signs an event; the local platform's own where none is given. */
  readonly signingKeys?: string | undefined;
}
