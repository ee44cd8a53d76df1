import { existsSync } from 'node:fs';
import { join, relative } from 'node:path';
import { BaseSequencer, type TestSpecification, type Vitest } from 'vitest/node';

/**
 * Files of about a minute and more, the longest first: begun last, one of them runs alone while the other workers have
 * nothing left. Vitest knows how long a file took only where it ran before; elsewhere it begins with the largest.
 */
const long = [
  'tests/observability/panels.test.ts', // a minute before its first test
  'tests/observability/alerts.test.ts',
  'tests/local-platform/faults.test.ts',
  'tests/local-platform/tutorials.test.ts',
  'knative/image/promises.test.ts',
  'knative/checks/render.test.ts',
  'tests/scenarios/never-again.test.ts',
  'tests/observability/monitor.test.ts',
  'tests/chaos/chaos.test.ts',
  'tests/new-function.test.ts',
  'tests/terraform/configurations.test.ts',
  'tests/soak/soak.test.ts',
  'functions/web/pathological.test.ts',
  'tests/browser/reader.test.ts',
  'tests/joints/find-gaps.test.ts',
  'tests/golden.test.ts',
  'functions/_backup/database-store.test.ts',
  'knative/local/eventing/damage.test.ts',
];

export class LongestFirst extends BaseSequencer {
  readonly #project: string;

  constructor(vitest: Vitest) {
    super(vitest);
    this.#project = vitest.config.root;
    const gone = long.filter((file) => !existsSync(join(this.#project, file)));
    if (gone.length > 0) throw new Error(`tests/longest-first.ts: no such files: ${gone.join(', ')}`);
  }

  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const place = ({ moduleId }: TestSpecification) => {
      const at = long.indexOf(relative(this.#project, moduleId));
      return at === -1 ? long.length : at;
    };
    return (await super.sort(files)).sort((a, b) => place(a) - place(b));
  }
}
