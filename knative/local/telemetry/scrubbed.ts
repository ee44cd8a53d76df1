import { scrub } from '@dormouse/signals/scrub';
import { scrubPath } from '@dormouse/signals/scrub-path';
import type { LogLine } from './logs.ts';
import type { SpanRecord } from './traces.ts';

/** Their values are left out by who makes them. */
const statements = 'db.query.text';
const paths: ReadonlySet<string> = new Set(['url.path', 'path']);

/** A span without what must not be told, such as an e-mail address in a path that a client asked for. */
export function scrubbedSpan(span: SpanRecord): SpanRecord {
  const attributes = scrubbedValues(span.attributes);
  const name = scrub(span.name);
  if (name === span.name && attributes === span.attributes && !span.events) return span;
  const events = span.events?.map((event) => ({ ...event, attributes: scrubbedValues(event.attributes) }));
  return { ...span, name, attributes, ...(events && { events }) };
}

/** The same of a line. */
export function scrubbedLine(line: LogLine): LogLine {
  const message = scrub(line.message);
  const fields = line.fields && scrubbedValues(line.fields);
  return message === line.message && fields === line.fields ? line : { ...line, message, ...(fields && { fields }) };
}

/** @returns the same object when there was nothing to mask */
function scrubbedValues<T extends Record<string, unknown>>(values: T): T {
  let scrubbed: Record<string, unknown> | undefined;
  for (const name in values) {
    const value = values[name];
    if (typeof value !== 'string' || name === statements) continue;
    const rest = paths.has(name) ? scrubPath(value) : scrub(value);
    if (rest !== value) (scrubbed ??= { ...values })[name] = rest;
  }
  return (scrubbed as T | undefined) ?? values;
}
