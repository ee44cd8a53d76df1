/** The results of `work` in the order of the items; up to `limit` are under way while one is used. */
export async function* ahead<T, R>(
  items: Iterable<T>,
  limit: number,
  work: (item: T) => Promise<R>,
): AsyncGenerator<R> {
  const running: Promise<R>[] = [];
  for (const item of items) {
    const started = work(item);
    // Whoever asks for it learns of its failure; one that nobody asks for any more must not end the process.
    started.catch(() => {});
    running.push(started);
    if (running.length >= limit) yield await running.shift()!;
  }
  for (const rest of running) yield await rest;
}
