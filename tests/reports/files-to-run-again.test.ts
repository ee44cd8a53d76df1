import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { filesToRunAgain } from './files-to-run-again.ts';

const hasProgram = 'knative/local/serving/process/has-program.ts';
const imports = new Map([
  ['a.test.ts', ['a.ts', 'vitest']],
  ['b.test.ts', ['b.ts']],
  ['a.ts', ['node:path']],
  ['b.ts', ['a.ts', 'redis.ts']],
  ['redis.ts', [hasProgram]],
  [hasProgram, ['node:child_process']],
]);

/** The report of a run of these files, of which each misses something or nothing. */
const report = (missing: Record<string, string[]>) => ({
  testResults: Object.entries(missing).map(([path, each]) => ({
    name: `/project/${path}`,
    status: 'passed',
    assertionResults: [
      { fullName: 'one', status: 'passed', failureMessages: [], meta: {} },
      { fullName: 'two', status: 'skipped', failureMessages: [], meta: each.length > 0 ? { missing: each } : {} },
    ],
  })),
});

test('what looks for programs, directly or not, runs again; nothing else does', () => {
  const whole = report({ 'a.test.ts': [], 'b.test.ts': [] });
  expect(filesToRunAgain(whole, '/project', imports)).toEqual(['b.test.ts']);
});

test('what skipped a test for want of something runs again', () => {
  const skipping = report({ 'a.test.ts': ['git'], 'b.test.ts': [] });
  expect(filesToRunAgain(skipping, '/project', imports)).toEqual(['a.test.ts', 'b.test.ts']);
});

test('what skipped a test for want of a cluster does not: there is none here either', () => {
  const skipping = report({ 'a.test.ts': ['a cluster (KUBECONFIG, INGRESS)', 'kn'], 'b.test.ts': [] });
  expect(filesToRunAgain(skipping, '/project', imports)).toEqual(['b.test.ts']);
});

test('what did not run runs', () => {
  expect(filesToRunAgain(report({}), '/project', imports)).toEqual(['a.test.ts', 'b.test.ts']);
});

test('programs are looked for where it is believed', () => {
  expect(existsSync(join(import.meta.dirname, '../..', hasProgram))).toBe(true);
});
