import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { problemsOf } from './problems.ts';
import { readWorkflow, workflows } from './workflows.ts';

const project = join(import.meta.dirname, '../..');
const all = [...workflows];

test('there are the workflows of delivery', () => {
  expect([...workflows.keys()]).toEqual(
    expect.arrayContaining(['ci.yml', 'deliver.yml', 'preview.yml', 'promote.yml', 'publish.yml', 'release.yml']),
  );
});

test.each(all)('%s asks for no more than it needs', (_, text) => {
  expect(problemsOf(text)).toEqual([]);
});

test.each(all)('what %s runs of this project is there', (_, text) => {
  const { scripts } = JSON.parse(readFileSync(join(project, 'package.json'), 'utf8')) as {
    scripts: Record<string, string>;
  };
  const jobs = Object.values(readWorkflow(text).jobs);
  const runs = jobs.flatMap(({ steps = [] }) => steps.map(({ run = '' }) => run)).join('\n');
  const missing = [
    ...[...runs.matchAll(/\bnpm run (?:--silent )?([\w:-]+)/g)]
      .map(([, name]) => name!)
      .filter((name) => !scripts[name]),
    ...[...runs.matchAll(/\b(?:node|bash) ([\w./-]+)/g)]
      .map(([, file]) => file!)
      .filter((file) => !existsSync(join(project, file))),
    ...jobs.flatMap(({ uses }) => uses ?? []).filter((file) => !existsSync(join(project, file))),
  ];
  expect(missing).toEqual([]);
});

test('the workflow that signs is the one that promotion and origin name', () => {
  const named = 'publish.yml@';
  expect(workflows.get('promote.yml')).toContain(`/.github/workflows/${named}refs/heads/main`);
  expect(workflows.get('publish.yml')).toContain(`/.github/workflows/${named}$GITHUB_REF`);
  const signing = all.filter(([, text]) => text.includes('publish.ts')).map(([name]) => name);
  expect(signing).toEqual(['publish.yml']);
});

test('the scanner may write nothing', () => {
  const { scan } = readWorkflow(workflows.get('publish.yml') ?? '').jobs;
  expect(scan?.permissions).toEqual({});
  expect(scan?.steps?.some(({ uses }) => uses?.startsWith('aquasecurity/trivy-action@'))).toBe(true);
});

describe('found is', () => {
  const sound = `
on: push
permissions: {}
concurrency: {group: a}
defaults: {run: {shell: bash}}
jobs:
  a:
    runs-on: ubuntu-24.04
    timeout-minutes: 5
    permissions: {contents: read, id-token: write}
    steps:
      - uses: actions/checkout@${'a'.repeat(40)} # v6.0.2
        with: {persist-credentials: false}
      - run: "echo hello"
`;
  test('nothing in a workflow that is sound', () => {
    expect(problemsOf(sound)).toEqual([]);
  });

  test.each([
    ['an action by tag', `@${'a'.repeat(40)} # v6.0.2`, '@v6', 'is not pinned by a full hash'],
    ['one by a short hash', `@${'a'.repeat(40)} #`, `@${'a'.repeat(39)} #`, 'is not pinned by a full hash'],
    ['a hash whose version nobody knows', ' # v6.0.2', '', 'is not pinned by a full hash'],
    ['rights of the whole workflow', 'permissions: {}', 'permissions: {contents: write}', 'did not ask for'],
    [
      'a job with the usual rights',
      '    permissions: {contents: read, id-token: write}\n',
      '',
      'a: has no permissions',
    ],
    ['a job without a limit', '    timeout-minutes: 5\n', '', 'a: has no time limit'],
    ['a machine of any version', 'ubuntu-24.04', 'ubuntu-latest', 'a: runs on whatever is the latest'],
    ['two at once', 'concurrency: {group: a}\n', '', 'two runs at once'],
    ['a pipe whose first program fails', '{shell: bash}', '{}', 'a script goes on'],
    ['a failure inside of echo', 'echo hello', 'echo $(false)', 'a: a command inside of echo'],
    ['a token that stays', 'persist-credentials: false', 'fetch-depth: 0', 'a: leaves the token'],
    ['text of somebody else in a script', 'echo hello', `echo \${{ github.head_ref }}`, 'a: an expression in a script'],
    ['packages beside the right to sign', 'echo hello', 'npm ci', 'a: installs packages beside'],
    ['a trigger with the rights of main', 'on: push', 'on: {pull_request_target: }', 'strangers start it'],
  ])('%s', (_, before, after, problem) => {
    expect(sound).toContain(before);
    expect(problemsOf(sound.replace(before, after))).toEqual([expect.stringContaining(problem)]);
  });
});
