import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { ReportedTest } from './report.ts';
import { type Run, summarise } from './summary.ts';

const options = { project: '/blog', unavailable: ['kn'], failedCommands: [] as string[] };

/** A run of one file; each test is `passed`, `failed`, `retried` or what it misses. */
function run(name: string, file: string, tests: Record<string, string>, status = 'passed'): Run {
  const assertionResults = Object.entries(tests).map(
    ([fullName, outcome]): ReportedTest => ({
      fullName,
      status: outcome === 'retried' ? 'passed' : ['passed', 'failed'].includes(outcome) ? outcome : 'skipped',
      failureMessages: ['retried', 'failed'].includes(outcome) ? ['Error: too slow\n    at somewhere'] : [],
      meta: ['passed', 'failed', 'retried', ''].includes(outcome) ? {} : { missing: [outcome] },
    }),
  );
  return { name, report: { testResults: [{ name: `/blog/${file}`, status, assertionResults }] } };
}

test('a test that ran twice counts once, and the summary says where it ran', () => {
  const runs = [
    run('nobody', 'a.test.ts', { one: 'passed', two: 'passed' }),
    run('here', 'a.test.ts', { one: 'passed' }),
  ];
  expect(summarise(runs, options)).toEqual({
    lines: ['counted once: 1 tests that ran nobody and here', '2 passed, 0 failed'],
    isGood: true,
  });
});

test('a test that failed in one of two runs has failed', () => {
  const runs = [
    run('nobody', 'a.test.ts', { one: 'failed' }),
    run('here', 'a.test.ts', { one: 'passed', two: 'passed' }),
  ];
  expect(summarise(runs, options)).toEqual({
    lines: [
      'counted once: 1 tests that ran nobody and here',
      'failed (nobody): a.test.ts: one – Error: too slow\n    at somewhere',
      '1 passed, 1 failed',
    ],
    isGood: false,
  });
});

test('a test is skipped if no run had what it needs, and only what nobody has may be missing', () => {
  const runs = [
    run('nobody', 'a.test.ts', { one: 'kubectl', two: 'kn', three: 'kubectl', four: 'passed' }),
    run('here', 'a.test.ts', { one: 'passed', two: 'kn', three: 'kubectl', four: 'passed' }),
  ];
  expect(summarise(runs, options)).toEqual({
    lines: [
      'skipped: a.test.ts: three – needs kubectl',
      'skipped: 1 tests in a.test.ts – needs kn',
      'counted once: 1 tests that ran nobody and here',
      '2 passed, 1 failed, 2 skipped',
    ],
    isGood: false,
  });
});

test('a test without a reason for being skipped is a failure', () => {
  expect(summarise([run('here', 'a.test.ts', { one: '', two: 'passed' })], options).lines).toEqual([
    'skipped: a.test.ts: one – needs (no reason given)',
    '1 passed, 1 failed, 1 skipped',
  ]);
});

test('a test that passed the second time is named with its run', () => {
  expect(summarise([run('here', 'a.test.ts', { one: 'retried' })], options).lines).toEqual([
    'retried (here): a.test.ts: one – Error: too slow',
    '1 passed, 0 failed',
  ]);
});

test('two tests of one name in one file are two', () => {
  const runs = [run('here', 'a.test.ts', { one: 'passed' })];
  const { assertionResults } = runs[0]!.report.testResults[0]!;
  (assertionResults as ReportedTest[]).push(assertionResults[0]!);
  expect(summarise(runs, options).lines).toEqual(['2 passed, 0 failed']);
});

test('a file that fails outside its tests, and a command that fails beside the tests, are a failure', () => {
  const broken = run('here', 'a.test.ts', { one: 'passed' }, 'failed');
  expect(summarise([broken], options).lines).toEqual([
    'failed: a.test.ts (here), outside its tests',
    '1 passed, 1 failed',
  ]);
  const good = run('here', 'a.test.ts', { one: 'passed' });
  expect(summarise([good], { ...options, failedCommands: ['npm start, as root (exit 1)'] }).lines).toEqual([
    'failed command: npm start, as root (exit 1)',
    '1 passed, 1 failed',
  ]);
});

test('no test at all is a failure', () => {
  expect(summarise([], options)).toEqual({ lines: ['0 passed, 0 failed'], isGood: false });
});

test('.ci/summary.mjs takes an empty list of failed commands for none', () => {
  const work = mkdtempSync(join(tmpdir(), 'dormouse summary '));
  const [failed, here] = [join(work, 'failed'), join(work, 'here')];
  writeFileSync(failed, '');
  const { report } = run('here', 'a.test.ts', { one: 'passed', two: 'blogs with expected.json (IMPORT_EXPORTS)' });
  writeFileSync(here, JSON.stringify(report));
  const summary = join(import.meta.dirname, '../../.ci/summary.mjs');
  expect(execFileSync(process.execPath, [summary, failed, here], { encoding: 'utf8' }).split('\n').at(-2)).toBe(
    '1 passed, 0 failed, 1 skipped',
  );
  rmSync(work, { recursive: true });
});
