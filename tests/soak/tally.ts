/** Counts what an attack did, and keeps what must not have happened. */
export interface Tally {
  count(outcome: string | number): void;
  /** The attack got in, or broke something. */
  breach(sentence: string): void;
}

export interface Counted extends Tally {
  readonly outcomes: Record<string, number>;
  readonly breaches: string[];
}

/** Enough to see what is wrong. */
const maxBreaches = 20;

export function createTally(): Counted {
  const outcomes: Record<string, number> = {};
  const breaches: string[] = [];
  return {
    outcomes,
    breaches,
    count(outcome) {
      outcomes[outcome] = (outcomes[outcome] ?? 0) + 1;
    },
    breach(sentence) {
      if (breaches.length < maxBreaches) breaches.push(sentence);
    },
  };
}
