/** Something that is broken on purpose. */
export interface Fault {
  kind: string;
  target: string;
}

/** One fault of a plan. */
export interface Step<F extends Fault = Fault> {
  number: number;
  fault: F;
  /** Before it, as a multiple of the mean pause between two steps. */
  wait: number;
  /** Which of several processes, 0 ≤ n < 1. */
  which: number;
  /** Of what lasts; 0 for what does not. */
  durationMs: number;
}

/** One line for people. */
export const shown = ({ number, fault: { kind, target }, durationMs }: Step): string =>
  `${number}. ${kind} ${target}${kind === 'kill' || durationMs === 0 ? '' : ` for ${durationMs} ms`}`;
