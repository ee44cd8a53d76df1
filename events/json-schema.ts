import { toJsonSchema } from '@valibot/to-json-schema';
import { dataschema, type EventContract } from './contract.ts';

/** A JSON Schema, as far as this package looks at it. */
export type JsonSchema = { readonly [keyword: string]: unknown };

/** JSON Schema (draft-07, which AsyncAPI understands too) of a contract's `data`, identified by the URL that events carry. */
export function jsonSchema(contract: EventContract): JsonSchema {
  const { $schema, ...schema } = toJsonSchema(contract.schema, { target: 'draft-07', errorMode: 'throw' });
  return { $schema, $id: dataschema(contract.type), title: contract.type, description: contract.emitted, ...schema };
}
