interface Ordered {
  item: number;
  attributes: Readonly<Record<string, string>>;
}

const concurrency = 8;

/**
 * Does something with every task: one after the other where their events have one key (`partitionkey`, else subject), in the order of
 * the events' times; several keys at once. Nothing is begun once `goOn` says no, except the first of each of eight keys.
 * @returns items that were not begun
 * @throws what `work` threw first, once nothing is under way any more
 */
export async function inOrder<T extends Ordered>(
  tasks: readonly T[],
  work: (task: T) => Promise<void>,
  goOn: () => boolean,
): Promise<number[]> {
  const queues = [...Map.groupBy(tasks, keyOf).values()].map((queue) => queue.toSorted(byTime));
  const left: number[] = [];
  const failures: unknown[] = [];
  const worker = async (first: boolean) => {
    for (let queue = queues.shift(); queue && failures.length === 0; queue = queues.shift()) {
      for (const task of queue) {
        if (first || goOn()) await work(task);
        else left.push(task.item);
        first = false;
      }
    }
  };
  await Promise.all(
    Array.from({ length: concurrency }, () => worker(true).catch((error: unknown) => failures.push(error))),
  );
  if (failures.length > 0) throw failures[0];
  return left;
}

const keyOf = ({ item, attributes: { partitionkey, subject, source } }: Ordered): string =>
  partitionkey ?? (subject === undefined ? `${item}` : `${source} ${subject}`);

const byTime = (a: Ordered, b: Ordered): number => timeOf(a) - timeOf(b) || a.item - b.item;

const timeOf = ({ attributes: { time } }: Ordered): number => Date.parse(time ?? '') || 0;
