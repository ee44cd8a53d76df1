import { createHash, randomBytes } from 'node:crypto';

/** The secret of a link: 256 random bits, base64url. */
export const newSecret = (): string => randomBytes(32).toString('base64url');

/** As auth keeps it. */
export const hashOf = (secret: string): string => createHash('sha256').update(secret).digest('base64url');
