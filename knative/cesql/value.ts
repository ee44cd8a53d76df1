/** A value of an expression: String, Integer (32 bits, signed) or Boolean (CESQL 1.0, section 3.1). */
export type Value = string | number | boolean;

export type Type = 'String' | 'Integer' | 'Boolean';

/** The attributes of an event, extensions included. */
export type Attributes = Readonly<Record<string, Value>>;

export const min = -2_147_483_648;
export const max = 2_147_483_647;

const zeros = { String: '', Integer: 0, Boolean: false } as const;

/** Zero value of a type. */
export const zeroOf = (type: Type): Value => zeros[type];

export function typeOf(value: Value): Type {
  if (typeof value === 'string') return 'String';
  return typeof value === 'number' ? 'Integer' : 'Boolean';
}
