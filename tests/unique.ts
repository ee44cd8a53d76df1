import { randomBytes } from 'node:crypto';

/** A name that nobody has used: scenarios run again and again on the same cluster. */
export const unique = (name: string): string => `${name} ${randomBytes(5).toString('hex')}`;
