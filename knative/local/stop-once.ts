/**
 * Disposes of a platform's parts in reverse order, once: a second call waits for the first.
 *
 * @param report is called with a sentence for each part that failed to stop; the others are stopped all the same
 */
export function stopOnce(cleanup: AsyncDisposableStack, report: (sentence: string) => void): () => Promise<void> {
  let stopped: Promise<void> | undefined;
  return () =>
    (stopped ??= cleanup.disposeAsync().catch((error: unknown) => {
      for (const each of failures(error)) report(`a part of the platform did not stop: ${each.message}`);
    }));
}

/** The errors that `disposeAsync` collected, first one first. */
function failures(error: unknown): Error[] {
  return error instanceof SuppressedError
    ? [...failures(error.suppressed), ...failures(error.error)]
    : [error as Error];
}
