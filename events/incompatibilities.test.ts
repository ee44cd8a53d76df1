import { Ajv } from 'ajv';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { incompatibilities } from './incompatibilities.ts';
import type { JsonSchema } from './json-schema.ts';

/** Schemas of the kinds that contracts use, nested up to three deep. */
const schemas = fc.letrec<{ any: JsonSchema; leaf: JsonSchema; object: JsonSchema }>((tie) => ({
  leaf: fc.oneof(
    fc.record({ type: fc.constant('integer'), minimum: fc.integer({ min: 0, max: 3 }) }),
    fc.record({ type: fc.constant('string'), minLength: fc.integer({ min: 0, max: 2 }) }, { requiredKeys: ['type'] }),
    fc.record({ type: fc.constant('boolean'), description: fc.string() }, { requiredKeys: ['type'] }),
    fc.uniqueArray(fc.constantFrom('a', 'b', 'c', 'd'), { minLength: 1 }).map((values) => ({ enum: values })),
    fc.record({ type: fc.constant('array'), items: fc.record({ type: fc.constantFrom('string', 'integer') }) }),
    fc.constantFrom('string', 'integer').map((type) => ({ anyOf: [{ type }, { type: 'null' }] })),
  ),
  object: fc
    .dictionary(fc.constantFrom('p', 'q', 'r'), tie('any'), { maxKeys: 3 })
    .chain((properties) =>
      fc
        .subarray(Object.keys(properties))
        .map((required) => ({ type: 'object', properties, required, title: 'an object' }) satisfies JsonSchema),
    ),
  any: fc.oneof({ maxDepth: 3, depthSize: 'small' }, tie('leaf'), tie('object')),
})).any;

/** Documents that fit a schema of the kinds above. */
function fitting(schema: JsonSchema): fc.Arbitrary<unknown> {
  if (Array.isArray(schema.enum)) return fc.constantFrom(...schema.enum);
  if (Array.isArray(schema.anyOf)) return fc.oneof(...schema.anyOf.map(fitting));
  switch (schema.type) {
    case 'integer':
      return fc.integer({ min: (schema.minimum as number | undefined) ?? 0, max: 4 });
    case 'string':
      return fc.string({ minLength: (schema.minLength as number | undefined) ?? 0, maxLength: 3 });
    case 'boolean':
      return fc.boolean();
    case 'null':
      return fc.constant(null);
    case 'array':
      return fc.array(fitting(schema.items as JsonSchema), { maxLength: 2 });
    default: {
      const fields = Object.entries(schema.properties as Record<string, JsonSchema>).map(
        ([name, field]) => [name, fitting(field)] as const,
      );
      return fc.record(Object.fromEntries(fields), { requiredKeys: schema.required as string[] });
    }
  }
}

/** Takes from a document what the other schema does not know: nobody sends a field its contract lacks. */
function known(schema: JsonSchema, other: JsonSchema, document: unknown): unknown {
  const [fields, others] = [schema.properties, other.properties] as (Record<string, JsonSchema> | undefined)[];
  if (!fields || !others || typeof document !== 'object' || document === null || Array.isArray(document))
    return document;
  const kept = Object.entries(document).filter(([name]) => fields[name] && others[name]);
  return Object.fromEntries(kept.map(([name, value]) => [name, known(fields[name]!, others[name]!, value)]));
}

const ajv = new Ajv({ strict: false, validateSchema: false });
const fits = (schema: JsonSchema, document: unknown) => ajv.validate(schema, document);
const object = (properties: Record<string, JsonSchema>, required = Object.keys(properties)) => ({
  type: 'object',
  properties,
  required,
});

describe('incompatibilities between two versions of a schema', () => {
  it('are none between a schema and itself', () => {
    fc.assert(
      fc.property(schemas, (schema) => {
        expect(incompatibilities(schema, structuredClone(schema))).toEqual([]);
      }),
    );
  });

  it('are found in both directions or in neither', () => {
    fc.assert(
      fc.property(schemas, schemas, (one, other) => {
        expect(incompatibilities(one, other).length > 0).toBe(incompatibilities(other, one).length > 0);
      }),
    );
  });

  it('when none are found, whatever fits one schema fits the other', () => {
    const pairs = schemas.chain((schema) =>
      fc.tuple(fc.constant(schema), fc.oneof(changes(schema), schemas), fitting(schema)),
    );
    let compatible = 0;
    fc.assert(
      fc.property(pairs, ([before, after, document]) => {
        expect(fits(before, document)).toBe(true);
        if (incompatibilities(before, after).length > 0) return;
        compatible++;
        expect(fits(after, known(before, after, document))).toBe(true);
      }),
      { numRuns: 500 },
    );
    expect(compatible).toBeGreaterThan(50);
  });

  it('are found wherever a required field goes, becomes optional, or appears', () => {
    fc.assert(
      fc.property(
        fc.dictionary(fc.constantFrom('p', 'q', 'r'), schemas, { minKeys: 1 }),
        fc.nat(),
        (properties, pick) => {
          const names = Object.keys(properties);
          const name = names[pick % names.length]!;
          const { [name]: _, ...rest } = properties;
          const full = object(properties);
          expect(incompatibilities(full, object(rest))).toEqual([`data.${name}: required field removed`]);
          expect(incompatibilities(object(rest), full)).toEqual([
            `data.${name}: required field added, earlier events lack it`,
          ]);
          expect(incompatibilities(full, object(properties, Object.keys(rest)))).toEqual([
            `data.${name}: required field made optional`,
          ]);
          expect(incompatibilities(object(properties, Object.keys(rest)), full)).toEqual([
            `data.${name}: optional field made required, earlier events lack it`,
          ]);
          expect(incompatibilities(object(rest), object(properties, Object.keys(rest)))).toEqual([]);
        },
      ),
    );
  });

  it.each<[string, JsonSchema, JsonSchema, string]>([
    [
      'a narrower type',
      { type: ['string', 'null'] },
      { type: 'string' },
      'data.f: type was ["string","null"], is "string"',
    ],
    ['integer for number', { type: 'number' }, { type: 'integer' }, 'data.f: type was "number", is "integer"'],
    ['a value less', { enum: ['a', 'b'] }, { enum: ['a'] }, 'data.f: narrowed, "b" is not allowed any more'],
    ['a value more', { enum: ['a'] }, { enum: ['a', 'b'] }, 'data.f: widened, consumers do not know "b"'],
    [
      'null no longer allowed',
      { anyOf: [{ type: 'string' }, { type: 'null' }] },
      { anyOf: [{ type: 'string' }] },
      'data.f: narrowed, {"type":"null"} is not allowed any more',
    ],
    ['a higher minimum', { minimum: 1 }, { minimum: 2 }, 'data.f: minimum was 1, is 2'],
    ['a new pattern', { type: 'string' }, { type: 'string', pattern: '^a' }, 'data.f: pattern was absent, is "^a"'],
    [
      'narrower items',
      { items: { type: 'number' } },
      { items: { type: 'integer' } },
      'data.f[]: type was "number", is "integer"',
    ],
    [
      'unknown fields refused',
      { type: 'object' },
      { type: 'object', additionalProperties: false },
      'data.f: additionalProperties was absent, is false',
    ],
    ['a schema for anything', {}, { type: 'string' }, 'data.f: type was absent, is "string"'],
  ])('are found for %s', (_, before, after, problem) => {
    expect(incompatibilities(object({ f: before }), object({ f: after }))).toEqual([problem]);
  });

  it('are not made by words for people or by the order of alternatives', () => {
    const before = object({ f: { anyOf: [{ type: 'string' }, { type: 'null' }], description: 'old' } });
    const after = object({ f: { anyOf: [{ type: 'null' }, { type: 'string' }], description: 'new', examples: ['x'] } });
    expect(incompatibilities(before, after)).toEqual([]);
  });
});

/** The schema with an optional field more, where it is one of an object; so that compatible pairs do occur. */
function changes(schema: JsonSchema): fc.Arbitrary<JsonSchema> {
  if (schema.type !== 'object') return fc.constant({ ...schema, description: 'said otherwise' });
  return schemas.map((extra) => ({ ...schema, properties: { s: extra, ...(schema.properties as object) } }));
}
