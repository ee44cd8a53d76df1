import { toJsonSchema } from '@valibot/to-json-schema';
import * as v from 'valibot';

/** A JSON Schema (2020-12). */
export type JsonSchema = { [keyword: string]: unknown };

type Nested = {
  entries?: Record<string, Nested>;
  item?: Nested;
  wrapped?: Nested;
  options?: readonly unknown[];
  pipe?: readonly Nested[];
};

/** Valibot schemas as JSON Schemas: those with a title stand once, under their title, and are referred to. */
export function schemaWriter(): {
  /** @param definitions false where a reference is not allowed to stand. */
  write(schema: v.GenericSchema): JsonSchema;
  /** Every schema with a title that was written, by title. */
  named(): Record<string, JsonSchema>;
} {
  const definitions: Record<string, v.GenericSchema> = {};
  const options = {
    target: 'draft-2020-12',
    typeMode: 'input',
    // What JSON Schema cannot say (checks in code) stands in metadata beside it.
    errorMode: 'ignore',
    overrideRef: ({ referenceId }: { referenceId: string }) => `#/components/schemas/${referenceId}`,
  } as const;
  return {
    write(schema) {
      for (const each of titledIn(schema as never)) {
        const title = v.getTitle(each as never) as string;
        const known = definitions[title];
        if (known && known !== each) throw new TypeError(`two schemas are called ${title}`);
        definitions[title] = each as never;
      }
      const { $schema, $defs, ...written } = toJsonSchema(schema, { ...options, definitions }) as JsonSchema;
      return tidy(written) as JsonSchema;
    },
    named: () =>
      Object.fromEntries(
        Object.entries(definitions)
          .sort(([a], [b]) => (a < b ? -1 : 1))
          .map(([title, schema]) => {
            const others = Object.fromEntries(Object.entries(definitions).filter(([name]) => name !== title));
            const { $schema, $defs, ...written } = toJsonSchema(schema, {
              ...options,
              definitions: others,
            }) as JsonSchema;
            return [title, tidy(written) as JsonSchema];
          }),
      ),
  };
}

/** The schemas with a title in `schema`, itself included. */
function titledIn(schema: Nested): Nested[] {
  const inner = [
    ...Object.values(schema.entries ?? {}),
    ...(schema.options ?? []).filter((each): each is Nested => typeof each === 'object'),
    ...(schema.item ? [schema.item] : []),
    ...(schema.wrapped ? [schema.wrapped] : []),
  ];
  const isTitled = schema.pipe !== undefined && v.getTitle(schema as never) !== undefined;
  return [...(isTitled ? [schema] : []), ...inner.flatMap(titledIn)];
}

/** A parameter that is a number in a text has its default as a number. */
function tidy(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(tidy);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).filter(([, each]) => each !== undefined);
  const tidied: JsonSchema = Object.fromEntries(entries.map(([key, each]) => [key, tidy(each)]));
  if (tidied.type === 'integer' && typeof tidied.default === 'string') tidied.default = Number(tidied.default);
  return tidied;
}
