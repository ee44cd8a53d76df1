import { randomBytes } from 'node:crypto';
import { cost } from './passwords.ts';
import { decodePhc, encodePhc } from './phc.ts';

/**
 * What is stored of an account whose owner logs in without a password. It is a hash like any other, so that checking a password
 * against it does the same work and fails: its salt, all zeros, tells it apart, and its tag belongs to nothing.
 */
export const noPassword = (): string => encodePhc({ ...cost, salt: new Uint8Array(16), tag: randomBytes(32) });

/** Whether a password leads to an account. @param stored PHC string; undefined for an account that nobody has claimed */
export const isPassword = (stored: string | undefined): boolean =>
  stored !== undefined && decodePhc(stored).salt.some((byte) => byte !== 0);
