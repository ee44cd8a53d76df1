/** Lets a request be sent when its turn comes; `isBusy` tells of what came back whether it says that there is too much to do. */
export type Pace = <T>(attempt: () => Promise<T>, isBusy: (made: T) => boolean) => Promise<T>;

/**
 * Requests that are under way at once: as many as `most`; half of them, down to one, whenever what they were sent to is busy; one more again
 * after as many good answers as there are at once (additive increase, multiplicative decrease, as of TCP: RFC 5681). What is refused
 * together counts once.
 */
export function paceOf(most: number): Pace {
  let limit = most;
  let open = 0;
  let cuts = 0;
  const queue: (() => void)[] = [];
  const letIn = () => {
    while (queue.length > 0 && open < Math.floor(limit)) {
      open++;
      queue.shift()!();
    }
  };
  return async (attempt, isBusy) => {
    await new Promise<void>((begin) => {
      queue.push(begin);
      letIn();
    });
    const cutsBefore = cuts;
    try {
      const made = await attempt();
      if (!isBusy(made)) limit = Math.min(most, limit + 1 / limit);
      else if (cuts === cutsBefore) {
        limit = Math.max(1, limit / 2);
        cuts++;
      }
      return made;
    } finally {
      open--;
      letIn();
    }
  };
}
