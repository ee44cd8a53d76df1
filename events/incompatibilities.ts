import { isDeepStrictEqual } from 'node:util';
import type { JsonSchema } from './json-schema.ts';

/** Keywords that say something to people only. */
const annotations = new Set([
  '$schema',
  '$id',
  '$comment',
  'title',
  'description',
  'examples',
  'default',
  'deprecated',
]);
/** Keywords compared by their own rules below. */
const structural = new Set(['properties', 'required', 'items', 'anyOf', 'enum']);

/**
 * What is wrong with replacing the JSON Schema `before` by `after` under the same event type; empty when every event that fits one fits
 * the other as far as both know its fields. Only optional fields may come and go: a consumer of either version relies on the rest.
 *
 * Each entry begins with the path of the field (`data.category.slug`). Keywords this function does not know must stay as they are.
 */
export function incompatibilities(before: JsonSchema, after: JsonSchema, path = 'data'): string[] {
  return [
    ...changedKeywords(before, after, path),
    ...changedValues(before, after, path),
    ...changedAlternatives(before, after, path),
    ...changedFields(before, after, path),
    ...(isSchema(before.items) && isSchema(after.items)
      ? incompatibilities(before.items, after.items, `${path}[]`)
      : changed(before, after, 'items', path)),
  ];
}

function changedKeywords(before: JsonSchema, after: JsonSchema, path: string): string[] {
  const keywords = new Set([...Object.keys(before), ...Object.keys(after)]);
  return [...keywords]
    .filter((keyword) => !annotations.has(keyword) && !structural.has(keyword))
    .flatMap((keyword) => changed(before, after, keyword, path));
}

function changed(before: JsonSchema, after: JsonSchema, keyword: string, path: string): string[] {
  if (isDeepStrictEqual(before[keyword], after[keyword])) return [];
  return [`${path}: ${keyword} was ${show(before[keyword])}, is ${show(after[keyword])}`];
}

function changedValues(before: JsonSchema, after: JsonSchema, path: string): string[] {
  if (!Array.isArray(before.enum) || !Array.isArray(after.enum)) return changed(before, after, 'enum', path);
  const [old, now] = [before.enum as unknown[], after.enum as unknown[]];
  const missing = (from: unknown[], values: unknown[]) =>
    values.filter((value) => !from.some((other) => isDeepStrictEqual(other, value)));
  return [
    ...missing(now, old).map((value) => `${path}: narrowed, ${show(value)} is not allowed any more`),
    ...missing(old, now).map((value) => `${path}: widened, consumers do not know ${show(value)}`),
  ];
}

/** Alternatives (`anyOf`, which is how null is allowed) are matched by compatibility, in any order. */
function changedAlternatives(before: JsonSchema, after: JsonSchema, path: string): string[] {
  if (!Array.isArray(before.anyOf) || !Array.isArray(after.anyOf)) return changed(before, after, 'anyOf', path);
  const [old, now] = [before.anyOf as JsonSchema[], after.anyOf as JsonSchema[]];
  const unmatched = (from: JsonSchema[], others: JsonSchema[]) =>
    from.filter((one) => !others.some((other) => incompatibilities(one, other).length === 0));
  return [
    ...unmatched(old, now).map((one) => `${path}: narrowed, ${show(one)} is not allowed any more`),
    ...unmatched(now, old).map((one) => `${path}: widened, consumers do not know ${show(one)}`),
  ];
}

function changedFields(before: JsonSchema, after: JsonSchema, path: string): string[] {
  const [old, now] = [fields(before), fields(after)];
  const names = new Set([...Object.keys(old), ...Object.keys(now), ...required(before), ...required(after)]);
  return [...names].flatMap((name) => {
    const at = `${path}.${name}`;
    const [was, is] = [required(before).has(name), required(after).has(name)];
    if (was && !Object.hasOwn(now, name)) return [`${at}: required field removed`];
    if (was && !is) return [`${at}: required field made optional`];
    if (!was && is)
      return [
        `${at}: ${Object.hasOwn(old, name) ? 'optional field made required' : 'required field added'}, earlier events lack it`,
      ];
    if (!Object.hasOwn(old, name) || !Object.hasOwn(now, name)) return [];
    const [one, other] = [old[name], now[name]];
    if (isSchema(one) && isSchema(other)) return incompatibilities(one, other, at);
    return isDeepStrictEqual(one, other) ? [] : [`${at}: was ${show(one)}, is ${show(other)}`];
  });
}

function fields(schema: JsonSchema): Readonly<Record<string, unknown>> {
  return isSchema(schema.properties) ? schema.properties : {};
}

function required(schema: JsonSchema): Set<string> {
  return new Set(Array.isArray(schema.required) ? (schema.required as string[]) : []);
}

function isSchema(value: unknown): value is JsonSchema {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function show(value: unknown): string {
  return value === undefined ? 'absent' : JSON.stringify(value);
}
