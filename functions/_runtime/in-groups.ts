/** What bounds a group, and how much of it there is in one item. */
export interface GroupBounds<T> {
  /** Items of a group. */
  most?: number | undefined;
  /** Bytes, or what else is counted; a single item may be more than `mostSize`. */
  size?: (item: T) => number;
  mostSize?: number;
}

interface Waiting<T> {
  item: T;
  resolve: () => void;
  reject: (error: unknown) => void;
}

/**
 * Has the work of what comes together done together. What comes while nothing is done is a group of its own, at once; what comes during that is
 * the next group, so that groups grow with the load and nobody waits for company. Items keep their order.
 *
 * @param work tells what became of each item, in their order, or nothing when all are done; if it rejects, none of the group is
 * @returns has an item worked on, and settles as its own fate is
 */
export function inGroups<T>(
  work: (group: readonly T[]) => Promise<readonly PromiseSettledResult<unknown>[] | undefined>,
  { most = 64, size = () => 0, mostSize = Number.POSITIVE_INFINITY }: GroupBounds<T> = {},
): (item: T) => Promise<void> {
  const waiting: Waiting<T>[] = [];
  let busy = false;

  /** Takes the next group out of those that wait. */
  const next = (): Waiting<T>[] => {
    let [count, sum] = [0, 0];
    for (const { item } of waiting) {
      sum += size(item);
      if (count === most || (count > 0 && sum > mostSize)) break;
      count++;
    }
    return waiting.splice(0, count);
  };
  const workOff = async () => {
    busy = true;
    while (waiting.length > 0) {
      const group = next();
      try {
        const fates = await work(group.map(({ item }) => item));
        group.forEach(({ resolve, reject }, i) => {
          const fate = fates?.[i];
          if (fate?.status === 'rejected') reject(fate.reason);
          else resolve();
        });
      } catch (error) {
        for (const { reject } of group) reject(error);
      }
    }
    busy = false;
  };
  return (item) =>
    new Promise((resolve, reject) => {
      waiting.push({ item, resolve, reject });
      if (!busy) void workOff();
    });
}

/** Does the work of a group at once, else of each alone: one that cannot be done decides for itself only. */
export async function togetherElseAlone<T>(
  group: readonly T[],
  work: (group: readonly T[]) => Promise<unknown>,
): Promise<PromiseSettledResult<unknown>[]> {
  try {
    await work(group);
    return group.map(() => done);
  } catch (error) {
    if (group.length === 1) return [{ status: 'rejected', reason: error }];
    const fates: PromiseSettledResult<unknown>[] = [];
    for (const item of group) fates.push(...(await Promise.allSettled([work([item])])));
    return fates;
  }
}

const done = { status: 'fulfilled', value: undefined } as const;
