import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { releasedChangelog } from './changelog.ts';
import { imagesByDigest } from './images.ts';
import { release } from './release.ts';
import { versionProblem } from './version.ts';

const project = join(import.meta.dirname, '../..');
const folders: string[] = [];
afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true });
});

test.each([
  ['0.2.0', undefined],
  ['1.0.0', undefined],
  ['0.1.1', undefined],
  ['0.1.0', '0.1.0 does not come after 0.1.0'],
  ['0.0.9', '0.0.9 does not come after 0.1.0'],
  ['v0.2.0', '"v0.2.0" is not a version like 1.2.3'],
  ['0.2', '"0.2" is not a version like 1.2.3'],
])('%s after 0.1.0: %s', (next, problem) => {
  expect(versionProblem(next, '0.1.0')).toBe(problem);
});

test('what was unreleased stands under the version, and nothing else changes', () => {
  const before = '# Changelog\n\n## Unreleased\n\n### Added\n- $& a thing\n\n## 0.1.0 – 2026-01-01\n\n- old\n';
  const { text, notes } = releasedChangelog(before, '0.2.0', '2026-02-03');
  expect(notes).toBe('### Added\n- $& a thing');
  expect(text).toBe(before.replace('## Unreleased\n', () => '## Unreleased\n\n## 0.2.0 – 2026-02-03\n'));
  expect(() => releasedChangelog(text, '0.3.0', '2026-02-04')).toThrow('nothing stands under');
});

test('an image without a digest stops the release', () => {
  const text = 'images:\n  - name: dev.local/dormouse/posts\n';
  expect(imagesByDigest(text, 'r.example/d', new Map([['posts', 'sha256:1']]))).toContain(
    'newName: r.example/d/posts\n    digest: sha256:1',
  );
  expect(() => imagesByDigest(text, 'r', new Map())).toThrow('no image was made for dev.local/dormouse/posts');
});

const files = [
  'package.json',
  'CHANGELOG.md',
  'Dockerfile',
  'functions/_runtime/config.ts',
  'knative/overlays/staging/images/kustomization.yaml',
];

/** A copy of the files that a release changes, and a `run` that notes what it is asked for. */
function checkout(answers: Record<string, string> = {}) {
  const folder = mkdtempSync(join(tmpdir(), 'release-test-'));
  folders.push(folder);
  for (const file of files) {
    mkdirSync(dirname(join(folder, file)), { recursive: true });
    cpSync(join(project, file), join(folder, file));
  }
  const changelog = join(folder, 'CHANGELOG.md');
  if (/## Unreleased\n+##/.test(readFileSync(changelog, 'utf8')))
    writeFileSync(changelog, '# Changelog\n\n## Unreleased\n\n- news\n');
  const digest = `sha256:${'a'.repeat(64)}`;
  const names = [
    ...readFileSync(join(folder, files[4] as string), 'utf8').matchAll(/name: dev.local\/dormouse\/(\S+)/g),
  ];
  const images = names.map(([, name]) => `r.example/d/${name}:9.0.0 ${digest} dist/${name}.tar`).join('\n');
  const commands: string[] = [];
  const run = async (...command: string[]) => {
    const line = command.join(' ');
    commands.push(line);
    return answers[line] ?? (line.includes(' image ') ? images : line === 'git branch --show-current' ? 'main\n' : '');
  };
  const options = { version: '9.0.0', registry: 'r.example/d', folder, date: '2026-02-03', run, step: () => {} };
  return { options, commands, read: (file: string) => readFileSync(join(folder, file), 'utf8') };
}

test('a release names its version everywhere, its images by digest, and ends with one commit and a tag', async () => {
  const { options, commands, read } = checkout();
  await release(options);
  expect(read('Dockerfile')).toContain('ARG VERSION=9.0.0\n');
  expect(read('functions/_runtime/config.ts')).toContain("'9.0.0'");
  expect(read('CHANGELOG.md')).toContain('## 9.0.0 – 2026-02-03');
  const overlay = read('knative/overlays/staging/images/kustomization.yaml');
  expect(overlay).not.toContain('newTag');
  expect(overlay.match(/digest: sha256:a{64}/g)).toHaveLength(overlay.match(/- name:/g)!.length);
  expect(commands.slice(0, 4)).toEqual([
    'git status --porcelain',
    'git branch --show-current',
    'git tag --list v9.0.0',
    'npm run --silent check',
  ]);
  expect(commands.at(-2)).toBe('git commit --quiet --all --message chore(release): 9.0.0');
  expect(commands.at(-1)).toMatch(/^git tag --annotate v9\.0\.0 /);
});

test.each([
  ['changes', { 'git status --porcelain': ' M a.ts\n' }, 'the checkout has changes'],
  ['another branch', { 'git branch --show-current': 'topic\n' }, 'releases are made of main, this is topic'],
  ['the tag', { 'git tag --list v9.0.0': 'v9.0.0\n' }, 'there is a tag v9.0.0 already'],
])('a checkout with %s is refused, and nothing is changed', async (_, answers, message) => {
  const { options, commands, read } = checkout(answers as Record<string, string>);
  await expect(release(options)).rejects.toThrow(message);
  expect(read('Dockerfile')).not.toContain('9.0.0');
  expect(commands.every((command) => command.startsWith('git '))).toBe(true);
});
