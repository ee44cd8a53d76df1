import type { Reporter, TestModule, Vitest } from 'vitest/node';

/** Ends a run with a line for each reason for which tests were skipped. */
export default class SkippedReporter implements Reporter {
  #vitest: Vitest | undefined;

  onInit(vitest: Vitest): void {
    this.#vitest = vitest;
  }

  onTestRunEnd(modules: readonly TestModule[]): void {
    const counts = new Map<string, number>();
    for (const module of modules)
      for (const test of module.children.allTests('skipped')) {
        const { missing } = test.meta();
        // With --testNamePattern most tests are skipped, and nobody wants to know.
        if (!missing && this.#vitest?.config.testNamePattern) continue;
        const reason = missing ? `needs ${missing.join(', ')}` : `no reason given: ${module.relativeModuleId}`;
        counts.set(reason, (counts.get(reason) ?? 0) + 1);
      }
    for (const [reason, count] of [...counts].sort())
      console.log(`skipped: ${count} ${count === 1 ? 'test' : 'tests'} – ${reason}`);
  }
}
