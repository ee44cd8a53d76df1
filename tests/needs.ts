import { hasProgram } from '@dormouse/serving/process/has-program';

declare module 'vitest' {
  interface TaskMeta {
    /** What a test that is skipped needs and has not. The run's last lines name it. */
    missing?: readonly string[];
  }
}

/** Options of a test or suite that may be skipped for a reason. */
export interface Skippable {
  skip?: true;
  meta?: { missing: readonly string[] };
}

/**
 * Options of a test or suite that runs programs: skipped, with the reason, where one of them is not on the PATH.
 * The body of a skipped suite still runs, so it must start its programs in tests and hooks only.
 * @example describe('rendered by kubectl', needs('kubectl'), () => { … });
 */
export const needs = (...programs: readonly string[]): Skippable =>
  skippedFor(programs.filter((program) => !hasProgram(program)));

/** Options of a test or suite that needs what `missing` lists: skipped unless the list is empty. */
export function skippedFor(missing: readonly string[]): Skippable {
  return missing.length === 0 ? {} : { skip: true, meta: { missing } };
}

/** What a test on a cluster needs. */
export const aCluster = 'a cluster (KUBECONFIG, INGRESS)';

/** What a test on a cluster misses: the cluster itself, unless KUBECONFIG and INGRESS name one. */
export function missingCluster(): string[] {
  const { KUBECONFIG, INGRESS } = process.env;
  return KUBECONFIG && INGRESS ? [] : [aCluster];
}
