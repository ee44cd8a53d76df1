import type { JsonSchema } from '@dormouse/events/json-schema';
import fc from 'fast-check';

/** The keywords that schemas of contracts use. */
interface Keywords {
  type?: string;
  properties?: Record<string, JsonSchema>;
  required?: string[];
  enum?: unknown[];
  anyOf?: JsonSchema[];
  items?: JsonSchema;
  pattern?: string;
  format?: string;
  minimum?: number;
  maximum?: number;
  minItems?: number;
  maxItems?: number;
  minLength?: number;
}

/** Whole numbers that a column of 32 bits holds: what a schema allows beyond is refused for good, not taken. */
const maxInteger = 2 ** 31 - 1;

/** Letters of several scripts and lengths, and what breaks quoting, lines, paths, headers and columns of text. */
const characters = 'aZ9é×ß漢🜲 -_%&<\'"`\\/\n\t\u007f\u202e';

/** Values that a JSON Schema of the contracts allows. @throws Error for a keyword that it does not know */
export function allowedBy(schema: JsonSchema): fc.Arbitrary<unknown> {
  const {
    type,
    properties = {},
    required = [],
    enum: values,
    anyOf,
    items,
    pattern,
    format,
    minimum,
    maximum,
    minItems,
    maxItems,
    minLength = 0,
  } = schema as Keywords;
  if (values) return fc.constantFrom(...values);
  if (anyOf) return fc.oneof(...anyOf.map(allowedBy));
  if (type === 'object') {
    const members = Object.fromEntries(Object.entries(properties).map(([name, each]) => [name, allowedBy(each)]));
    return fc.record(members, { requiredKeys: required, noNullPrototype: true });
  }
  if (type === 'array' && items)
    return fc.array(allowedBy(items), {
      minLength: minItems ?? 0,
      ...(maxItems !== undefined && { maxLength: maxItems }),
    });
  if (type === 'integer')
    return fc.integer({ min: minimum ?? -maxInteger, max: Math.min(maximum ?? maxInteger, maxInteger) });
  if (type === 'null') return fc.constant(null);
  if (type === 'boolean') return fc.boolean();
  if (type !== 'string') throw new Error(`values of ${JSON.stringify(schema)} cannot be made up`);
  if (pattern) return fc.stringMatching(new RegExp(pattern));
  if (format === 'date-time')
    return fc
      .date({ min: new Date('1970-01-01'), max: new Date('9999-01-01'), noInvalidDate: true })
      .map((date) => date.toISOString());
  return fc.string({ minLength, unit: fc.constantFrom(...characters) });
}
