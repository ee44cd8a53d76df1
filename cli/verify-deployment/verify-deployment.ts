import type { Terminal } from '../terminal.ts';
import { harmless } from '../terminal.ts';
import { accessChecks } from './access-checks.ts';
import { type Check, NotChecked, type Outcome } from './check.ts';
import { readingChecks } from './reading-checks.ts';
import { revisionCheck } from './revision-check.ts';
import type { Site } from './site.ts';
import { tlsChecks } from './tls-checks.ts';
import { writingCheck } from './writing-check.ts';

/** All checks, in the order in which they are made. */
export const deploymentChecks: readonly Check[] = [
  ...tlsChecks,
  ...readingChecks,
  ...accessChecks,
  revisionCheck,
  writingCheck,
];

export interface VerifyOptions {
  json: boolean;
  /** Whether it writes a post and deletes it. */
  writes: boolean;
}

/** `verify-deployment`: a line for each check. @returns whether none failed */
export async function verifyDeployment(
  site: Site,
  { json, writes }: VerifyOptions,
  { print, paint }: Pick<Terminal, 'print' | 'paint'>,
): Promise<boolean> {
  const outcomes: Outcome[] = [];
  for (const check of deploymentChecks) {
    const outcome = await outcomeOf(check, site, writes);
    outcomes.push(outcome);
    if (!json) print(lineOf(outcome, paint));
  }
  const failed = outcomes.filter(({ result }) => result === 'failed').length;
  if (json) print(JSON.stringify({ url: site.url, passed: failed === 0, checks: outcomes }, null, 2));
  else print(paint(failed ? 'red' : 'green', summary(outcomes, failed)));
  return failed === 0;
}

async function outcomeOf(check: Check, site: Site, writes: boolean): Promise<Outcome> {
  const began = performance.now();
  const outcome = (result: Outcome['result'], detail: string): Outcome => ({
    check: check.name,
    result,
    detail,
    ms: Math.round(performance.now() - began),
  });
  if (check === writingCheck && !writes) return outcome('skipped', 'no --write');
  try {
    return outcome('passed', await check.ask(site));
  } catch (error) {
    const { message } = error as Error;
    return outcome(error instanceof NotChecked ? 'skipped' : 'failed', message);
  }
}

const marks = { passed: ['green', 'ok  '], failed: ['red', 'FAIL'], skipped: ['dim', 'skip'] } as const;

function lineOf({ check, result, detail, ms }: Outcome, paint: Terminal['paint']): string {
  const [colour, mark] = marks[result];
  return `${paint(colour, mark)}  ${check.padEnd(18)} ${harmless(detail)}${result === 'passed' ? ` (${ms} ms)` : ''}`;
}

function summary(outcomes: readonly Outcome[], failed: number): string {
  const count = (result: Outcome['result']) => outcomes.filter((each) => each.result === result).length;
  return `${count('passed')} passed, ${failed} failed, ${count('skipped')} skipped`;
}
