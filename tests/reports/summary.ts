import { relative } from 'node:path';
import type { Report, ReportedTest } from './report.ts';

/** A run of tests: its name for people, and what was reported of it. */
export interface Run {
  name: string;
  report: Report;
}

/** Lines for people, the last one "N passed, N failed[, N skipped]", and whether all that can run here ran and passed. */
export interface Summary {
  lines: string[];
  isGood: boolean;
}

/** One test, whatever number of runs it was part of. */
interface Test {
  file: string;
  fullName: string;
  /** The runs in which it was not skipped, with what they report. */
  ran: { run: string; reported: ReportedTest }[];
  /** As the last run says. */
  missing: readonly string[];
}

/**
 * Sums up runs of which each had some of the same tests, and counts each test once: failed if it failed in any run,
 * skipped if no run had what it needs. `unavailable` lists what a test may miss, `failedCommands` which commands ended
 * with a failure: one that no test explains counts as one.
 */
export function summarise(
  runs: readonly Run[],
  options: { project: string; unavailable: readonly string[]; failedCommands: readonly string[] },
): Summary {
  const { project, unavailable, failedCommands } = options;
  const tests = mergedTests(runs, project);
  const failed = tests.filter(({ ran }) => ran.some(({ reported }) => reported.status === 'failed'));
  const skipped = tests.filter(({ ran }) => ran.length === 0);
  const unexpected = skipped.filter(
    ({ missing }) => missing.length === 0 || missing.some((each) => !unavailable.includes(each)),
  );
  const broken = brokenFiles(runs, project);
  const told = failed.length + broken.length;
  const failures = told + (failedCommands.length > 0 && told === 0 ? 1 : 0) + unexpected.length;
  const passed = tests.length - failed.length - skipped.length;
  return {
    lines: [
      ...unexpected.map(
        ({ file, fullName, missing }) =>
          `skipped: ${file}: ${fullName} – needs ${missing.join(', ') || '(no reason given)'}`,
      ),
      ...reasons(skipped.filter((test) => !unexpected.includes(test))),
      ...retried(tests),
      ...ranTwice(tests),
      ...failedCommands.map((each) => `failed command: ${each}`),
      ...broken.map((file) => `failed: ${file}, outside its tests`),
      ...failed.flatMap(failuresOf),
      `${passed} passed, ${failures} failed${skipped.length ? `, ${skipped.length} skipped` : ''}`,
    ],
    isGood: failures === 0 && passed > 0,
  };
}

function mergedTests(runs: readonly Run[], project: string): Test[] {
  const tests = new Map<string, Test>();
  for (const { name: run, report } of runs)
    for (const { name, assertionResults } of report.testResults) {
      const file = relative(project, name);
      const times = new Map<string, number>();
      for (const reported of assertionResults) {
        const { fullName } = reported;
        // Two tests of a file may have one name.
        const time = (times.get(fullName) ?? 0) + 1;
        times.set(fullName, time);
        const key = `${file} ${fullName} ${time}`;
        const test = tests.get(key) ?? { file, fullName, ran: [], missing: [] };
        tests.set(key, test);
        if (reported.status === 'passed' || reported.status === 'failed') test.ran.push({ run, reported });
        else test.missing = reported.meta.missing ?? [];
      }
    }
  return [...tests.values()];
}

/** Files that failed outside their tests, by an import or a hook: each counts as one failure. */
const brokenFiles = (runs: readonly Run[], project: string) =>
  runs
    .flatMap(({ name, report }) => report.testResults.map((file) => ({ run: name, ...file })))
    .filter(
      ({ status, assertionResults }) =>
        status === 'failed' && assertionResults.every((test) => test.status !== 'failed'),
    )
    .map(({ run, name }) => `${relative(project, name)} (${run})`);

/** The end of a long log is what people see first: it says what failed, and the beginning of why. */
const failuresOf = ({ file, fullName, ran }: Test) =>
  ran
    .filter(({ reported }) => reported.status === 'failed')
    .map(({ run, reported }) => `failed (${run}): ${file}: ${fullName} – ${firstLines(reported.failureMessages)}`);

const firstLines = (messages: readonly string[]) =>
  messages
    .map((message) => message.split('\n').slice(0, 12).join('\n'))
    .join('\nand the second time: ')
    .slice(0, 2000);

function reasons(skipped: readonly Test[]): string[] {
  return counted(skipped.map(({ file, missing }) => `in ${file} – needs ${missing.join(', ')}`)).map(
    ([reason, count]) => `skipped: ${count} tests ${reason}`,
  );
}

const retried = (tests: readonly Test[]) =>
  tests.flatMap(({ file, fullName, ran }) =>
    ran
      .filter(({ reported }) => reported.status === 'passed' && reported.failureMessages.length > 0)
      .map(
        ({ run, reported }) =>
          `retried (${run}): ${file}: ${fullName} – ${reported.failureMessages[0]?.split('\n')[0]}`,
      ),
  );

const ranTwice = (tests: readonly Test[]) =>
  counted(tests.flatMap(({ ran }) => (ran.length > 1 ? ran.map(({ run }) => run).join(' and ') : []))).map(
    ([where, count]) => `counted once: ${count} tests that ran ${where}`,
  );

function counted(texts: readonly string[]): [text: string, count: number][] {
  const counts = new Map<string, number>();
  for (const text of texts) counts.set(text, (counts.get(text) ?? 0) + 1);
  return [...counts];
}
