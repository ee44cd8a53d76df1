import { readWorkflow, type Step, type Workflow } from './workflows.ts';

/** What in a workflow lets more happen than it should, one line each. */
export function problemsOf(text: string): string[] {
  const workflow = readWorkflow(text);
  return [...unpinned(text), ...wholeWorkflow(workflow), ...Object.entries(workflow.jobs).flatMap(ofJob)];
}

/** By the text: the version that a hash stands for is a comment, by which people and Renovate know it. */
const unpinned = (text: string) =>
  [...text.matchAll(/^\s*(?:- )?uses: (.*)$/gm)]
    .map(([, used = '']) => used)
    .filter((used) => !/^\.\//.test(used) && !/^[\w.-]+\/[\w./-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/.test(used))
    .map((used) => `${used}: is not pinned by a full hash, with its version`);

function wholeWorkflow({ permissions, concurrency, defaults, on }: Workflow): string[] {
  const triggers = typeof on === 'string' ? [on] : Object.keys(on);
  const called = triggers.join() === 'workflow_call';
  return [
    ...(permissions && Object.keys(permissions).length === 0
      ? []
      : ['jobs have permissions that they did not ask for']),
    ...(defaults?.run?.shell === 'bash' ? [] : ['a script goes on after a pipe that broke']),
    ...(concurrency || called ? [] : ['two runs at once']),
    ...(triggers.some((each) => ['pull_request_target', 'workflow_run'].includes(each))
      ? ['strangers start it with the rights of main']
      : []),
  ];
}

function ofJob([name, job]: [string, Workflow['jobs'][string]]): string[] {
  const steps = job.steps ?? [];
  const writes = Object.entries(job.permissions ?? {}).filter(([, access]) => access === 'write');
  const problems = [
    ...(job.permissions ? [] : ['has no permissions of its own']),
    ...(job.uses || job['timeout-minutes'] ? [] : ['has no time limit']),
    ...(job.uses || /^ubuntu-\d/.test(job['runs-on'] ?? '') ? [] : ['runs on whatever is the latest']),
    ...steps.flatMap(ofStep),
    ...(writes.some(([scope]) => scope === 'id-token') && steps.some(installs)
      ? ['installs packages beside the right to sign']
      : []),
  ];
  return problems.map((problem) => `${name}: ${problem}`);
}

const installs = ({ run = '' }: Step) => /\bnpm (ci|install)\b|\bnpx\b|\bpip\b/.test(run);

function ofStep({ uses = '', run = '', with: given = {} }: Step): string[] {
  return [
    ...(uses.startsWith('actions/checkout@') && given['persist-credentials'] !== false
      ? ['leaves the token in the checkout']
      : []),
    ...(/^\s*echo .*\$\(/m.test(run) ? ['a command inside of echo may fail unnoticed'] : []),
    // What somebody else chose (a title, a branch) becomes part of the program.
    ...(/\$\{\{/.test(run)
      ? [`an expression in a script: ${run.split('\n').find((line) => line.includes('${{'))}`]
      : []),
  ];
}
