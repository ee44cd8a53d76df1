import type { Ledger } from './ledger.ts';
import type { Observed } from './observed.ts';
import type { Step } from './step.ts';

/** A platform that a campaign writes to, breaks, and looks at in the end. */
export interface ChaosTarget {
  /** The ingress. */
  url: string;
  /** What the names of its authors begin with: of no other campaign on the same platform. */
  authors: string;
  /** The steps to take; a campaign ends before where it has enough. */
  plan: Iterable<Step>;
  /** Events and readers, besides the authors: they go on while `going` says so. */
  load(ledger: Ledger, going: () => boolean): Promise<unknown>[];
  /** Whether an event that was acknowledged is on its way. */
  undelivered(): Promise<boolean>;
  /**
   * Does what a step says, and undoes it.
   * @param ready resolves when the fault is to be injected
   * @returns what it affected; empty when nothing was there
   */
  inject(step: Step, ready: () => Promise<void>): Promise<(number | string)[]>;
  /** Waits until everything is at rest, for as long as that may take. */
  quiet(ledger: Ledger): Promise<void>;
  observe(ledger: Ledger): Promise<Omit<Observed, 'processes'>>;
  /** What it said last, for whoever looks for the cause of a failure. */
  output(): string;
  /** Puts everything back. @returns processes that should have ended, and did not */
  close(): Promise<string[]>;
}
