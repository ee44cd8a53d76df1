import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import type { EventEnvelope } from './cloudevent.ts';

/** A golden example: `name` is its path below `events/examples`, `<type>/<case>.json`. */
export interface Example {
  readonly name: string;
  readonly sha256: string;
  readonly event: EventEnvelope;
}

/** All golden examples of a folder, sorted by name. */
export function readExamples(folder = new URL('./examples/', import.meta.url)): Example[] {
  const names = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) =>
    /[\\/].+\.json$/.test(name),
  );
  return names
    .map((name) => name.replaceAll('\\', '/'))
    .sort()
    .map((name) => {
      const bytes = readFileSync(new URL(name, folder));
      return {
        name,
        sha256: createHash('sha256').update(bytes).digest('hex'),
        event: JSON.parse(bytes.toString('utf8')) as EventEnvelope,
      };
    });
}
