import * as v from 'valibot';
import { parse } from 'yaml';
import { durationMs } from '../query/promql/literals.ts';
import { parseQuery } from '../query/promql/parse.ts';
import type { Rule, RuleGroup } from './rule.ts';

const texts = v.optional(v.record(v.string(), v.string()), {});
const query = v.pipe(v.union([v.string(), v.number()]), v.transform(String));
const alerting = v.strictObject({
  alert: v.pipe(v.string(), v.nonEmpty()),
  expr: query,
  for: v.optional(v.string(), '0s'),
  keep_firing_for: v.optional(v.string(), '0s'),
  labels: texts,
  annotations: texts,
});
const recording = v.strictObject({
  record: v.pipe(v.string(), v.regex(/^[a-zA-Z_:][\w:]*$/)),
  expr: query,
  labels: texts,
});
const group = v.strictObject({
  name: v.pipe(v.string(), v.nonEmpty()),
  interval: v.optional(v.string()),
  limit: v.optional(v.pipe(v.number(), v.integer(), v.minValue(0)), 0),
  rules: v.optional(v.array(v.record(v.string(), v.unknown())), []),
});
const document = v.nullable(v.strictObject({ groups: v.nullish(v.array(v.unknown())) }));

/**
 * Reads a file of rules as Prometheus does, strictly.
 * @param file where it is, for the groups
 * @param intervalMs of groups that name none
 * @throws Error with one line about the first thing in it that is no rule
 */
export function readRules(text: string, file: string, intervalMs: number): RuleGroup[] {
  const groups = checked(document, parse(text), 'the file')?.groups ?? [];
  const read = groups.map((each, i): RuleGroup => {
    const { name, interval, limit, rules } = checked(group, each, `group ${i + 1}`);
    return {
      ...{ name, file, limit },
      intervalMs: interval === undefined ? intervalMs : within(`group ${name}`, () => durationMs(interval)),
      rules: rules.map((rule, at) => readRule(rule, `group ${name}, rule ${at + 1}`)),
    };
  });
  const twice = read.find(({ name }, i) => read.findIndex((other) => other.name === name) < i);
  if (twice) throw new Error(`group ${twice.name} is there twice`);
  return read;
}

function readRule(given: Readonly<Record<string, unknown>>, where: string): Rule {
  if ('record' in given) {
    const { record, expr, labels } = checked(recording, given, where);
    return { kind: 'recording', name: record, query: expr, expression: within(where, () => parseQuery(expr)), labels };
  }
  const { alert, expr, for: hold, keep_firing_for: keep, labels, annotations } = checked(alerting, given, where);
  return within(`${where} (${alert})`, () => ({
    kind: 'alerting',
    ...{ name: alert, query: expr, labels, annotations },
    expression: parseQuery(expr),
    forMs: durationMs(hold),
    keepFiringForMs: durationMs(keep),
  }));
}

function checked<T>(schema: v.GenericSchema<unknown, T>, given: unknown, where: string): T {
  const { success, output, issues } = v.safeParse(schema, given);
  if (success) return output;
  const path = v.getDotPath(issues[0]);
  throw new Error(`${where}${path ? `, ${path}` : ''}: ${issues[0].message}`);
}

function within<T>(where: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    throw new Error(`${where}: ${(error as Error).message}`, { cause: error });
  }
}
