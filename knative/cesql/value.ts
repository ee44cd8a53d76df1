/** A String, an Integer (32 bits, signed) or a Boolean: what expressions are made of (CESQL 1.0, section 3.1). */
export type Value = string | number | boolean;

export type Type = 'String' | 'Integer' | 'Boolean';

/** The attributes of an event, extensions included. */
export type Attributes = Readonly<Record<string, Value>>;

export const min = -2_147_483_648;
export const max = 2_147_483_647;

const zeros = { String: '', Integer: 0, Boolean: false } as const;

/** What stands for a value of a type where there is none. */
export const zeroOf = (type: Type): Value => zeros[type];

export function typeOf(value: Value): Type {
  if (typeof value === 'string') return 'String';
  return typeof value === 'number' ? 'Integer' : 'Boolean';
}
