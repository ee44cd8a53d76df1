import type { Site } from './site.ts';

/** One question about a deployment. */
export interface Check {
  /** `front-page`; part of the command's output, so it stays the same. */
  name: string;
  /** @returns what was found, in a few words. @throws Error saying what is wrong, or NotChecked */
  ask(site: Site): Promise<string>;
}

/** What became of a check. */
export interface Outcome {
  check: string;
  result: 'passed' | 'failed' | 'skipped';
  detail: string;
  ms: number;
}

/** Why something was not asked. */
export class NotChecked extends Error {
  override name = 'NotChecked';
}

/** @throws Error with `message`, unless `holds` */
export function demand(holds: unknown, message: string): asserts holds {
  if (!holds) throw new Error(message);
}
