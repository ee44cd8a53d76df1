import { execFileSync, spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { stringify } from 'yaml';
import { needs } from '../needs.ts';
import { type Job, readWorkflow, type Step, type Workflow, workflows } from './workflows.ts';

interface OwnJob extends Job {
  needs?: string;
  if?: string;
}

/** Hands on what the artifact of this name would. */
const handedOn = (step: Step, folder: string): Step | undefined => {
  if (step.uses?.startsWith('actions/upload-artifact@')) return { run: `cp -r dist/images ${folder}/` };
  if (step.uses?.startsWith('actions/download-artifact@'))
    return { run: `mkdir -p dist && cp -r ${folder}/images dist/` };
  return undefined;
};

/**
 * `deliver` without what cannot be had here: actions of others, packages from the registry, and the job that pushes and signs. What stays
 * are the scripts, and what they tell each other.
 */
function withoutOthers(text: string, folder: string): string {
  const { jobs, ...workflow } = readWorkflow(text) as Workflow & { jobs: Record<string, OwnJob> };
  const { publish, ...own } = jobs;
  for (const job of Object.values(own)) {
    job.steps = job.steps!.flatMap((step) => {
      const { uses, run } = step;
      // act copies the folder that it was started in.
      if (uses?.startsWith('actions/checkout@')) return [{ uses }];
      const instead = handedOn(step, folder);
      if (instead) return [{ ...instead, ...(step.if && { if: step.if }) }];
      return uses || run === 'npm ci' ? [] : [step];
    });
    if (job.needs === 'publish') Object.assign(job, { needs: publish!.needs, if: publish!.if });
  }
  return stringify({ ...workflow, jobs: own });
}

const overlay = 'knative/overlays/staging/images/kustomization.yaml';

/** Stands for this project: its two commands say what they were called with, and do as little as they can. */
const files: Record<string, string> = {
  '.gitignore': 'dist/\n',
  'package.json': JSON.stringify({ scripts: { image: 'node image.mjs', promote: 'node promote.mjs' } }),
  'image.mjs': `
    import { execFileSync } from 'node:child_process';
    import { mkdirSync, writeFileSync } from 'node:fs';
    const [, since, , tag, , name] = process.argv.slice(2);
    const changed = execFileSync('git', ['diff', '--name-only', since], { encoding: 'utf8' }).includes('relay.ts');
    const built = { name: name + '/relay:' + tag, digest: 'sha256:1', file: 'dist/images/relay-' + tag + '.tar' };
    mkdirSync('dist/images', { recursive: true });
    writeFileSync('dist/images/images.jsonl', changed ? JSON.stringify(built) + '\\n' : '');`,
  'promote.mjs': `
    import { readFileSync, writeFileSync } from 'node:fs';
    const [stage, , built] = process.argv.slice(2);
    writeFileSync('knative/overlays/' + stage + '/images/kustomization.yaml', readFileSync(built));`,
  'README.md': '',
  'relay.ts': '',
  [overlay]: '',
};

describe('the scripts of delivery, by act', needs('act', 'git', 'jq', 'bash'), () => {
  let work: string;
  const [checkout, remote, programs] = ['checkout', 'remote', 'programs'].map((name) => () => join(work, name)) as [
    () => string,
    () => string,
    () => string,
  ];
  const git = (...args: string[]) =>
    execFileSync('git', ['-C', checkout(), '-c', 'user.name=a', '-c', 'user.email=a@b.example', ...args], {
      encoding: 'utf8',
      stdio: 'pipe',
    }).trim();
  const write = (file: string, text: string) => {
    mkdirSync(dirname(join(checkout(), file)), { recursive: true });
    writeFileSync(join(checkout(), file), text);
  };
  const commit = (file: string, text: string) => {
    write(file, text);
    git('add', '.');
    git('commit', '--quiet', '--message', file);
    git('push', '--quiet', 'origin', 'main');
    return git('rev-parse', 'HEAD');
  };

  beforeAll(() => {
    work = mkdtempSync(join(tmpdir(), 'act-'));
    for (const folder of [checkout, remote, programs]) mkdirSync(folder());
    // GitHub's own command line is on its machines; the remote here asks for no token.
    writeFileSync(join(programs(), 'gh'), '#!/bin/sh\n');
    chmodSync(join(programs(), 'gh'), 0o755);
    execFileSync('git', ['init', '--quiet', '--bare', '--initial-branch', 'main', remote()]);
    git('init', '--quiet', '--initial-branch', 'main');
    git('remote', 'add', 'origin', remote());
    for (const [file, text] of Object.entries(files)) write(file, text);
    commit('.github/workflows/deliver.yml', withoutOthers(workflows.get('deliver.yml')!, work));
  });
  afterAll(() => rmSync(work, { recursive: true, force: true }));

  function act(...args: string[]) {
    const how = ['--platform', 'ubuntu-24.04=-self-hosted', '--env', 'GITHUB_REPOSITORY=Owner/Blog'];
    const { status, stdout, stderr } = spawnSync('act', ['push', ...how, ...args], {
      cwd: checkout(),
      encoding: 'utf8',
      env: { PATH: `${programs()}:${process.env.PATH}`, HOME: programs(), XDG_CACHE_HOME: join(programs(), 'cache') },
    });
    return { status, output: stdout + stderr };
  }

  test('before the first delivery all is built; staging names it, and from which commit it is', () => {
    const head = git('rev-parse', 'HEAD');
    const { status, output } = act();
    expect(output).toContain('::set-output:: commit=4b825dc642cb6eb9a060e54bf8d69288fbee4904');
    expect(output).toContain(`::set-output:: images=["relay-main-${head.slice(0, 12)}"]`);
    expect(status).toBe(0);
    git('pull', '--quiet', 'origin', 'main');
    expect(git('log', '-1', '--format=%(trailers:key=Built-From,valueonly)')).toBe(head);
    expect(readFileSync(join(checkout(), overlay), 'utf8')).toContain(
      `ghcr.io/owner/blog/relay:main-${head.slice(0, 12)}`,
    );
  });

  test('a commit that goes into no image delivers nothing', () => {
    const before = commit('README.md', 'more');
    const { status, output } = act();
    expect(output).toContain('::set-output:: images=[]');
    expect(status).toBe(0);
    expect(git('ls-remote', 'origin', 'main')).toContain(before);
  });

  test('a script whose first program fails ends the run, and says nothing to the next job', () => {
    const text = readFileSync(join(checkout(), '.github/workflows/deliver.yml'), 'utf8');
    commit('.github/workflows/deliver.yml', text.replace('git rev-parse', 'git rev-parze'));
    const { status, output } = act('--job', 'plan');
    expect(status).toBe(1);
    expect(output).not.toContain('::set-output:: tag=');
  });
});
