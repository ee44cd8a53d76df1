/** Cost of one argon2id hash: memory in KiB, passes over it, lanes (RFC 9106). */
export interface Cost {
  readonly memory: number;
  readonly passes: number;
  readonly lanes: number;
}

/** An argon2id hash with all that is needed to check a password against it. */
export interface Argon2Hash extends Cost {
  readonly salt: Uint8Array;
  readonly tag: Uint8Array;
}

const pattern =
  /^\$argon2id\$v=19\$m=([1-9]\d{0,6}),t=([1-9]\d?),p=([1-9]\d?)\$([A-Za-z0-9+/]{11,86})\$([A-Za-z0-9+/]{16,86})$/;

/** The PHC string format: `$argon2id$v=19$m=19456,t=2,p=1$SALT$TAG`, base64 without padding. */
export function encodePhc({ memory, passes, lanes, salt, tag }: Argon2Hash): string {
  return `$argon2id$v=19$m=${memory},t=${passes},p=${lanes}$${base64(salt)}$${base64(tag)}`;
}

/**
 * Reads a PHC string of argon2id version 19.
 * @throws TypeError when it is anything else, or not in the canonical form that `encodePhc` writes; its message holds nothing of the hash.
 */
export function decodePhc(text: string): Argon2Hash {
  const match = pattern.exec(text);
  if (!match) throw new TypeError('not a PHC string of argon2id');
  const [, memory, passes, lanes, salt, tag] = match as unknown as [string, string, string, string, string, string];
  const hash = {
    memory: Number(memory),
    passes: Number(passes),
    lanes: Number(lanes),
    salt: bytes(salt),
    tag: bytes(tag),
  };
  if (encodePhc(hash) !== text) throw new TypeError('not a canonical PHC string');
  return hash;
}

const base64 = (value: Uint8Array): string => Buffer.from(value).toString('base64').replace(/=+$/, '');
const bytes = (value: string): Uint8Array => Buffer.from(value, 'base64');
