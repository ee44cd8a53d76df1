/** Runs `work` for every item, at most `limit` at a time; the first failure stops what has not begun and is thrown. */
export async function atOnce<T>(items: Iterable<T>, limit: number, work: (item: T) => Promise<void>): Promise<void> {
  const queue = [...items];
  let stopped = false;
  const worker = async () => {
    while (!stopped && queue.length > 0) {
      await work(queue.shift()!).catch((error: unknown) => {
        stopped = true;
        throw error;
      });
    }
  };
  await Promise.all(Array.from({ length: Math.min(limit, queue.length) }, worker));
}
