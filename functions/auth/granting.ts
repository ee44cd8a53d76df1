import { type Role, roles } from '@dormouse/runtime/caller';

/** Operators' rights are no part of an editor's. */
const grants: Partial<Record<Role, readonly Role[]>> = { admin: roles, editor: ['reader', 'author', 'editor'] };

/** The roles that somebody of `role` may invite others to: none above their own. */
export const grantable = (role: Role): readonly Role[] => grants[role] ?? [];
