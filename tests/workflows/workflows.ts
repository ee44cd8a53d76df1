import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';

/** A step of a job, the fields that are looked at. */
export interface Step {
  name?: string;
  if?: string;
  uses?: string;
  run?: string;
  with?: Record<string, unknown>;
}

/** A job: steps of its own, or another workflow. */
export interface Job {
  permissions?: Record<string, string>;
  'timeout-minutes'?: number;
  'runs-on'?: string;
  steps?: Step[];
  uses?: string;
}

/** A workflow of GitHub Actions. */
export interface Workflow {
  on: string | Record<string, unknown>;
  permissions?: Record<string, string>;
  concurrency?: object;
  defaults?: { run?: { shell?: string } };
  jobs: Record<string, Job>;
}

const project = join(import.meta.dirname, '../..');

/** This project's workflows by the name of their file. */
export const workflows: ReadonlyMap<string, string> = new Map(
  globSync('.github/workflows/*.yml', { cwd: project })
    .sort()
    .map((file) => [file.slice('.github/workflows/'.length), readFileSync(join(project, file), 'utf8')]),
);

/** A workflow's text as what GitHub reads of it. */
export const readWorkflow = (text: string): Workflow => parse(text) as Workflow;
