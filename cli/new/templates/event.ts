import type { NewEvent, NewFunction } from '../new-function.ts';
import { lines } from './lines.ts';

/** `events/THING.ts`: the contract. */
export const contractTemplate = ({ name }: NewFunction, { type, aggregate, constant }: NewEvent): string =>
  lines(
    `import * as v from 'valibot';
import { contract } from './contract.ts';
import { id, text, timestamp } from './field.ts';

export const ${constant} = contract({
  type: '${type}',
  source: '/${name}',
  schema: v.object({ id, text, created_at: timestamp }),
  emitted: 'Once for every new ${aggregate}.',
});`,
  );

/** The golden example. @param id a UUIDv7 of `time` */
export function exampleTemplate(
  { name }: NewFunction,
  { type, aggregate }: NewEvent,
  { id, time }: { id: string; time: string },
): string {
  const example = {
    specversion: '1.0',
    id,
    type,
    source: `/${name}`,
    subject: `${aggregate}/7`,
    time,
    datacontenttype: 'application/json',
    dataschema: `https://dormouse.dev/schemas/${type}.json`,
    partitionkey: `${aggregate}/7`,
    traceparent: '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01',
    data: { id: 7, text: 'The first one.', created_at: time },
  };
  return `${JSON.stringify(example, null, 2)}\n`;
}
