import type { Publish } from '@dormouse/eventing/broker';
import type { Fate } from './losses.ts';
import type { Random } from './random.ts';

export interface LossyOptions {
  random: Random;
  /** Called for an event that was acknowledged and not just stored. */
  note: (fate: Fate, event: { source: string; id: string }) => void;
  later?: (work: () => void, ms: number) => void;
}

type Events = Parameters<Publish>[0];

/** Of a hundred events: five each. */
const share = 0.05;
const heldMs = 2_000;

/**
 * A Broker that answers 202 and forgets: of what it acknowledges it drops five percent, stores five twice, and holds back five in memory
 * for up to two seconds, so that later events overtake them and a kill loses them.
 */
export function lossy({ random, note, later = setTimeout }: LossyOptions): (publish: Publish) => Publish {
  const fateOf = (): Fate | undefined => {
    const drawn = random.next();
    return drawn < share ? 'dropped' : drawn < 2 * share ? 'doubled' : drawn < 3 * share ? 'held' : undefined;
  };
  return (publish) => async (events) => {
    const drawn = events.map((event) => ({ event, fate: fateOf() }));
    const now: Events = drawn.flatMap(({ event, fate }) =>
      fate === 'doubled' ? [event, event] : fate === undefined ? [event] : [],
    );
    // What cannot be stored is not acknowledged, and has no other fate.
    if (now.length > 0) await publish(now);
    for (const { event, fate } of drawn) {
      if (fate === undefined) continue;
      const { source = '', id = '' } = event.attributes;
      note(fate, { source, id });
      if (fate === 'held') later(() => void publish([event]).catch(() => {}), random.whole(50, heldMs));
    }
  };
}
