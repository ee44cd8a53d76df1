import { isDeepStrictEqual } from 'node:util';
import * as v from 'valibot';
import type { EventContract } from './contract.ts';
import type { Example } from './examples.ts';
import { incompatibilities } from './incompatibilities.ts';
import { type JsonSchema, jsonSchema } from './json-schema.ts';

/** What was released: the hash of every golden example by its name, and the JSON Schema of every type as it was last. */
export interface Released {
  readonly examples: Readonly<Record<string, string>>;
  readonly schemas: Readonly<Record<string, JsonSchema>>;
}

/** Promises to consumers that the contracts and examples of today break; a release must not happen while there is one. */
export function contractViolations(
  released: Released,
  contracts: readonly EventContract[],
  examples: readonly Example[],
): string[] {
  return [
    ...changedExamples(released, examples),
    ...rejectedExamples(contracts, examples),
    ...brokenSchemas(released, contracts),
  ];
}

/** What of today is not in the released state yet; `npm run release:events` puts it there. */
export function unreleased(
  released: Released,
  contracts: readonly EventContract[],
  examples: readonly Example[],
): string[] {
  return [
    ...examples
      .filter(({ name }) => !Object.hasOwn(released.examples, name))
      .map(({ name }) => `${name}: example is not released`),
    ...contracts
      .filter((contract) => !isDeepStrictEqual(released.schemas[contract.type], { ...jsonSchema(contract) }))
      .map(({ type }) => `${type}: schema is not released as it is now`),
  ];
}

function changedExamples(released: Released, examples: readonly Example[]): string[] {
  const present = new Map(examples.map(({ name, sha256 }) => [name, sha256]));
  return Object.entries(released.examples).flatMap(([name, sha256]) => {
    if (!present.has(name)) return [`${name}: released example deleted`];
    return present.get(name) === sha256 ? [] : [`${name}: released example changed`];
  });
}

function rejectedExamples(contracts: readonly EventContract[], examples: readonly Example[]): string[] {
  const schemas = new Map(contracts.map(({ type, schema }) => [type, schema]));
  return examples.flatMap(({ name, event }) => {
    const schema = schemas.get(event.type);
    if (!schema) return [`${name}: no contract has the type ${event.type}`];
    const result = v.safeParse(schema, event.data);
    return result.success
      ? []
      : result.issues.map((issue) => `${name}: ${v.getDotPath(issue) ?? 'data'}: ${issue.message}`);
  });
}

function brokenSchemas(released: Released, contracts: readonly EventContract[]): string[] {
  return Object.entries(released.schemas).flatMap(([type, before]) => {
    const contract = contracts.find((one) => one.type === type);
    if (!contract) return [`${type}: released type is gone from the catalogue`];
    return incompatibilities(before, jsonSchema(contract)).map((problem) => `${type}: ${problem}`);
  });
}
