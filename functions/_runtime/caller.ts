/** `operator` runs the platform's events and writes no posts; `admin` may do what all of them may. */
export const roles = ['reader', 'author', 'editor', 'operator', 'admin'] as const;

export type Role = (typeof roles)[number];

/** Who makes a request, as its access token says (RFC 9068). */
export interface Caller {
  id: number;
  name: string;
  role: Role;
  scopes: readonly string[];
  jti: string;
  /** Seconds since 1970. */
  exp: number;
  /** The log-in that the token came from, or the personal access token. */
  session?: string;
  /** A personal access token: its scopes are all that it may do, whatever the role. */
  limited?: true;
  token: string;
}
