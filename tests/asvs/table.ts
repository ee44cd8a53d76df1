import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as v from 'valibot';
import { parse } from 'yaml';

const sentence = v.pipe(v.string(), v.trim(), v.nonEmpty());

/** `FILE > describe > test` of a test's file, `FILE > some of its text` of any other. */
const proof = v.pipe(v.string(), v.regex(/^[^ ]+ > .+$/, 'must be FILE > what is in it'));

const row = v.strictObject({
  id: v.pipe(v.string(), v.regex(/^V\d+\.\d+\.\d+$/)),
  level: v.picklist([1, 2]),
  /** What is asked for, in our own words. */
  about: sentence,
  status: v.picklist(['met', 'not applicable', 'not met']),
  proofs: v.optional(v.array(proof), []),
  /** How it is met where the proofs do not say it; why it does not apply; what it would take. */
  note: v.optional(sentence),
});

const table = v.array(v.strictObject({ section: v.pipe(v.string(), v.regex(/^V\d+\.\d+ /)), rows: v.array(row) }));

/** One requirement and what becomes of it here. */
export type Row = v.InferOutput<typeof row>;
/** The requirements of one section. */
export type Section = v.InferOutput<typeof table>[number];

const file = join(import.meta.dirname, '../../docs/security/asvs.yaml');

/** The table of requirements. @throws Error that names what is not in its form */
export function readTable(): Section[] {
  const result = v.safeParse(table, parse(readFileSync(file, 'utf8')));
  if (result.success) return result.output;
  throw new Error(result.issues.map((issue) => `${v.getDotPath(issue)}: ${issue.message}`).join('\n'));
}

/** A proof's file, and what it has to have. */
export function partsOf(proof: string): { path: string; holds: string } {
  const [path = '', ...rest] = proof.split(' > ');
  return { path, holds: rest.join(' > ') };
}
