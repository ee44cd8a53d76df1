import type { Role } from '@dormouse/runtime/caller';

/** An account as auth knows it. `passwordHash` is undefined until an imported account is claimed. */
export interface User {
  id: number;
  username: string;
  displayName: string;
  email: string | undefined;
  /** Somebody has followed a link that was sent there. */
  emailVerified: boolean;
  /** Wants to be told of comments by e-mail. */
  commentMails: boolean;
  passwordHash: string | undefined;
  role: Role;
  /** What somebody says of themselves: plain text. */
  bio: string | undefined;
  /** Pages elsewhere that are theirs: https addresses. */
  links: readonly string[];
  /** Of theirs: a hash of media. */
  picture: string | undefined;
  /** An administrator has ended its access. */
  suspended: boolean;
  createdAt: Date;
}

/** A row of `users`. */
export interface UserRow {
  id: number;
  username: string;
  display_name: string | null;
  email: string | null;
  email_verified_at: Date | null;
  comment_mails: boolean;
  password_hash: string | null;
  role: Role;
  bio: string | null;
  links: string[];
  picture: string | null;
  suspended_at: Date | null;
  created_at: Date;
}

/** The first of these rows, as an account. */
export async function firstUser(rows: Promise<readonly UserRow[]>): Promise<User | undefined> {
  const [row] = await rows;
  return row && toUser(row);
}

/** A row as an account. */
export const toUser = (row: UserRow): User => ({
  id: row.id,
  username: row.username,
  displayName: row.display_name ?? row.username,
  email: row.email ?? undefined,
  emailVerified: row.email_verified_at !== null,
  commentMails: row.comment_mails,
  passwordHash: row.password_hash ?? undefined,
  role: row.role,
  bio: row.bio ?? undefined,
  links: row.links,
  picture: row.picture ?? undefined,
  suspended: row.suspended_at !== null,
  createdAt: row.created_at,
});
