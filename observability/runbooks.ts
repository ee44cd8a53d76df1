import { globSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';

const folder = join(import.meta.dirname, 'runbooks');

/** A line of PromQL that a runbook gives. */
export interface Question {
  /** The alert's name. */
  runbook: string;
  expr: string;
}

/** Every PromQL query of the runbooks: the lines of their blocks. */
export const questions = (): Question[] =>
  globSync('*.md', { cwd: folder })
    .sort()
    .flatMap((page) =>
      [...readFileSync(join(folder, page), 'utf8').matchAll(/```promql\n([\s\S]*?)```/g)].flatMap(([, block]) =>
        block!
          .trim()
          .split('\n')
          .map((expr) => ({ runbook: basename(page, '.md'), expr })),
      ),
    );
