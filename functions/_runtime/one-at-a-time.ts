/**
 * Has `work` run once at a time: asked for again while it runs or waits, nothing is done. A collector that hangs has then one request
 * before it, and not one for each half second of its silence.
 */
export function oneAtATime(work: () => Promise<unknown>): () => Promise<void> {
  let running: Promise<void> | undefined;
  return () =>
    (running ??= work()
      .then(() => {})
      .finally(() => {
        running = undefined;
      }));
}
