import { execFile } from 'node:child_process';
import { errorLine } from '@dormouse/cli/new/error-line';
import type { Finding } from './project.ts';

/** Those of `npm run generate` whose files follow from functions, manifests and contracts. */
const generators = ['knative/generate/main.ts', 'events/generate.ts', 'functions/_openapi/generate.ts'];

/** Generated files that are not what functions, manifests and contracts ask for. */
export async function findGeneratedGaps(root: string): Promise<Finding[]> {
  const found = await Promise.all(generators.map((program) => outdated(root, program)));
  return found.flat();
}

const outdated = (root: string, program: string) =>
  new Promise<Finding[]>((done) => {
    execFile(process.execPath, [program, '--check'], { cwd: root }, (error, stdout, stderr) => {
      const paths = [...stdout.matchAll(/^out of date: (.+)$/gm)].map(([, path]) => path);
      if (error && paths.length === 0) done([`npm run generate fails at ${program}: ${errorLine(stderr)}`]);
      else done(paths.map((path) => `${path} is out of date: run npm run generate`));
    });
  });
