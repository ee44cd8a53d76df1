import type * as v from 'valibot';

/**
 * One event contract: everything that producer, consumer, tests and generated documents need to know about an event type.
 *
 * - `type`: the CloudEvents type, reverse DNS, past tense, with its version (`dev.dormouse.post.created.v1`).
 * - `schema`: what `data` holds. Fields may be added as optional ones; everything else needs a new version of the type.
 * - `emitted`: one sentence that says when.
 * - `source`: the CloudEvents source, the path of the function that emits it.
 * - `retired`: emitted no more; the archive may hold events of it.
 * - `unsigned`: for events of others, why they carry no signature of ours: whoever reaches the consumer can send them.
 */
export interface EventContract<T extends string = string, S extends v.GenericSchema = v.GenericSchema> {
  readonly type: T;
  readonly schema: S;
  readonly emitted: string;
  readonly source: string;
  readonly retired?: true;
  readonly unsigned?: string;
}

/** What `data` of a contract's events holds. */
export type DataOf<C extends EventContract> = v.InferOutput<C['schema']>;

/** URL of the JSON Schema of a type's `data`, which every event names in its `dataschema`. */
export function dataschema(type: string): string {
  return `https://dormouse.dev/schemas/${type}.json`;
}

/** Declares a contract; a function only so that type and schema are inferred as they are written. */
export function contract<const T extends string, S extends v.GenericSchema>(
  value: EventContract<T, S>,
): EventContract<T, S> {
  return Object.freeze(value);
}
