import { join } from 'node:path';
import { expect, test } from 'vitest';
import { testLevels } from '../levels.ts';
import { filesToRunAgain } from './files-to-run-again.ts';

const project = join(import.meta.dirname, '../..');
const levels = testLevels(project);

/** The report of a run of all test files in which `skipped` skipped one test. */
const report = (skipped: string, files = Object.values(levels).flat()) => ({
  testResults: files.map((path) => ({
    name: join(project, path),
    status: 'passed',
    assertionResults: [
      { fullName: 'one', status: 'passed', failureMessages: [], meta: path === skipped ? { missing: ['kn'] } : {} },
    ],
  })),
});

test('what looks for programs runs again, and the platform does; no unit test runs again', () => {
  const again = filesToRunAgain(project, report(''));
  expect(again).toEqual(
    expect.arrayContaining([
      'functions/_runtime/redis.test.ts',
      'knative/local/platform.test.ts',
      'tests/needs.test.ts',
    ]),
  );
  expect(again.filter((path) => levels.unit.includes(path))).toEqual([]);
});

test('what skipped something runs again', () => {
  const [path] = levels.unit as [string];
  expect(filesToRunAgain(project, report(path))).toContain(path);
});

test('what did not run runs', () => {
  const [path] = levels.unit as [string];
  const files = Object.values(levels)
    .flat()
    .filter((each) => each !== path);
  expect(filesToRunAgain(project, report('', files))).toContain(path);
});
