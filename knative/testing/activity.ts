import type { VirtualClock } from '@dormouse/time/virtual-clock';

/** Activity in a harness. */
export interface Activity {
  /** Marks the start of an activity; call the returned function at its end. */
  begin(what: string): () => void;
  /** Something happened. */
  note(): void;
  /** Resolves when all activity has ended until time advances. @throws Error with the pending activities, after `patienceMs` of real time */
  settle(): Promise<void>;
}

export interface ActivityOptions {
  clock: VirtualClock;
  /** Resolves when activity outside of the harness has ended. */
  idle: () => Promise<unknown>;
  patienceMs: number;
}

/** @see Activity */
export function openActivity({ clock, idle, patienceMs }: ActivityOptions): Activity {
  const underWay = new Set<{ what: string }>();
  let happened = 0;
  let wake = () => {};
  const note = () => {
    happened++;
    wake();
  };
  /** Waits until something happens, or for a short time. */
  const change = (ms: number) =>
    new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, ms);
      wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  const atRest = async () => {
    const before = happened;
    await clock.advance(0);
    if (underWay.size > 0) return false;
    await idle();
    await clock.advance(0);
    return underWay.size === 0 && happened === before;
  };
  return {
    note,
    begin(what) {
      const one = { what };
      underWay.add(one);
      note();
      return () => {
        underWay.delete(one);
        note();
      };
    },
    async settle() {
      for (const deadline = Date.now() + patienceMs; !(await atRest()); ) {
        if (Date.now() > deadline)
          throw new Error(
            `not at rest within ${patienceMs} ms: ${[...underWay].map(({ what }) => what).join(', ') || 'more and more happens'}`,
          );
        if (underWay.size > 0) await change(50);
      }
    },
  };
}
