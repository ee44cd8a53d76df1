import { spawnSync } from 'node:child_process';
import type { Finding } from './project.ts';

/** Generated manifests that are not what the functions ask for. */
export function findGeneratedGaps(root: string): Finding[] {
  const { stdout, stderr, status } = spawnSync(process.execPath, ['knative/generate/main.ts', '--check'], {
    cwd: root,
    encoding: 'utf8',
  });
  const outdated = [...stdout.matchAll(/^out of date: (.+)$/gm)].map(([, path]) => path);
  if (status !== 0 && outdated.length === 0) return [`npm run generate fails: ${stderr.trim()}`];
  return outdated.map((path) => `${path} is out of date: run npm run generate`);
}
