import { relative } from 'node:path';
import { reachedFrom } from '../import-graph.ts';
import { importsOf } from '../levels.ts';
import type { Report } from './report.ts';

const looksForPrograms = /^knative\/local\/serving\/process\/has-program\.ts$/;

/**
 * Test files of `project` whose result may be another where programs are than in `withoutPrograms`, the report of a run on
 * a machine that has none: those that skipped a test for want of something, those whose code, or the platform in them,
 * looks for programs, and those that did not run.
 */
export function filesToRunAgain(project: string, withoutPrograms: Report): string[] {
  const graph = importsOf(project);
  const ranWhole = new Set(
    withoutPrograms.testResults
      .filter(({ assertionResults }) => assertionResults.every(({ meta }) => !meta.missing))
      .map(({ name }) => relative(project, name)),
  );
  const mayDiffer = (path: string) =>
    !ranWhole.has(path) || [...reachedFrom(path, graph)].some((each) => looksForPrograms.test(each));
  return [...graph.keys()].filter((path) => path.endsWith('.test.ts') && mayDiffer(path)).sort();
}
