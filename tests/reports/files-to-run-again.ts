import { relative } from 'node:path';
import { reachedFrom } from '../import-graph.ts';
import { aCluster } from '../needs.ts';
import type { Report } from './report.ts';

/** Their platforms look for programs, and what they ask does not depend on any: for want of time they run once. */
const toldOnce = new Set([
  'knative/local/platform.test.ts',
  'tests/local-platform/never-again.test.ts',
  'tests/export-and-import.test.ts',
  'tests/scenarios/comments.test.ts',
  'tests/scenarios/media.test.ts',
  'tests/scenarios/never-again.test.ts',
  'tests/scenarios/scaling.test.ts',
  'tests/scenarios/search.test.ts',
  'tests/scenarios/webhooks.test.ts',
]);
const looksForPrograms = /^knative\/local\/serving\/process\/has-program\.ts$/;

/**
 * Test files whose result may be another where programs are than in `withoutPrograms`, the report of a run on a machine that
 * has none: those that skipped a test for want of something, those whose code, or the platform in them, looks for programs,
 * and those that did not run.
 * @param project the folder that paths in the report lie in
 * @param imports of each source file, by its path in the project
 */
export function filesToRunAgain(
  withoutPrograms: Report,
  project: string,
  imports: ReadonlyMap<string, readonly string[]>,
): string[] {
  const ranWhole = new Set(
    withoutPrograms.testResults
      .filter(({ assertionResults }) =>
        assertionResults.every(({ meta }) => !meta.missing || meta.missing.includes(aCluster)),
      )
      .map(({ name }) => relative(project, name)),
  );
  const mayDiffer = (path: string) =>
    !ranWhole.has(path) || [...reachedFrom(path, imports)].some((each) => looksForPrograms.test(each));
  return [...imports.keys()]
    .filter((path) => path.endsWith('.test.ts') && mayDiffer(path) && !(ranWhole.has(path) && toldOnce.has(path)))
    .sort();
}
