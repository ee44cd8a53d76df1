import { type EventKeySet, rotateKeySet } from '@dormouse/events/key-set';

export interface RotateAll {
  /** Only this one. */
  producer?: string | undefined;
  /** Milliseconds since 1970. */
  startsAt: number;
  dropOthers: boolean;
}

/** Key sets by producer, each with a new key. */
export const rotateAll = (
  before: ReadonlyMap<string, EventKeySet>,
  { producer, startsAt, dropOthers }: RotateAll,
): Map<string, EventKeySet> =>
  new Map(
    [...before].map(([name, set]) => [
      name,
      producer === undefined || producer === name
        ? rotateKeySet(set, { source: `/${name}`, startsAt, dropOthers })
        : set,
    ]),
  );
