import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import type { Trigger } from '@dormouse/manifests/model';

type Named = Pick<Trigger, 'namespace' | 'name'>;

/** When a Trigger was made. */
export type CreatedAt = (trigger: Named) => Date;
/** Takes note of the Triggers that there are now. */
export type Births = (triggers: readonly Named[]) => CreatedAt;

const keyOf = ({ namespace, name }: Named) => `${namespace}/${name}`;

/**
 * When each Trigger was first seen, kept in a file: whoever asks after a restart what a Trigger should have had learns from when on. One
 * that was taken out of the manifests and comes again is new.
 * @param file a JSON object of RFC 3339 times; one that cannot be read is begun anew, without one they are known to this process only
 */
export function births(file: string | undefined, now: () => Date = () => new Date()): Births {
  let known = file === undefined ? new Map() : read(file);
  const keep = (current: ReadonlyMap<string, Date>) => {
    known = current;
    if (file === undefined) return;
    writeFileSync(`${file}.new`, JSON.stringify(Object.fromEntries(current)));
    renameSync(`${file}.new`, file);
  };
  return (triggers) => {
    const seen = now();
    const current = new Map(triggers.map((each) => [keyOf(each), known.get(keyOf(each)) ?? seen]));
    if (current.size !== known.size || [...current.keys()].some((key) => !known.has(key))) keep(current);
    return (trigger) => current.get(keyOf(trigger)) ?? seen;
  };
}

function read(file: string): ReadonlyMap<string, Date> {
  try {
    const times = Object.entries(JSON.parse(readFileSync(file, 'utf8')) as Record<string, string>);
    const dated = times.map(([key, time]) => [key, new Date(time)] as const);
    return new Map(dated.filter(([, time]) => !Number.isNaN(time.getTime())));
  } catch {
    return new Map();
  }
}
