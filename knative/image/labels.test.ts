import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { needs } from '@dormouse/tests/needs';
import { afterAll, describe, expect, test } from 'vitest';
import { labelsOf, readSource } from './labels.ts';

const work = mkdtempSync(join(tmpdir(), 'labels-test-'));
afterAll(() => rmSync(work, { recursive: true }));

function clone(remote: string) {
  const folder = mkdtempSync(join(work, 'clone-'));
  const git = (...args: string[]) =>
    execFileSync('git', ['-C', folder, '-c', 'user.name=a', '-c', 'user.email=a@b', ...args], {
      encoding: 'utf8',
      env: { GIT_COMMITTER_DATE: '1700000000 +0000', PATH: process.env.PATH },
    });
  writeFileSync(join(folder, 'package.json'), '{"version":"7.0.0","description":"A blog","license":"Apache-2.0"}');
  git('init', '-q');
  git('remote', 'add', 'origin', remote);
  git('add', '.');
  git('commit', '-qm', 'first');
  return { folder, commit: git('rev-parse', 'HEAD').trim() };
}

describe('in a clone', needs('git'), () => {
  test('commit, its time and where it is kept are known from a clone', () => {
    const { folder, commit } = clone('git@example.org:blog/dormouse.git');
    expect(labelsOf('dormouse/posts', readSource(undefined, folder))).toEqual({
      'org.opencontainers.image.title': 'dormouse/posts',
      'org.opencontainers.image.description': 'A blog',
      'org.opencontainers.image.source': 'https://example.org/blog/dormouse',
      'org.opencontainers.image.revision': commit,
      'org.opencontainers.image.version': '7.0.0',
      'org.opencontainers.image.licenses': 'Apache-2.0',
      'org.opencontainers.image.created': '2023-11-14T22:13:20.000Z',
    });
  });

  test('files that differ from the commit show in the revision, and another time may be given', () => {
    const { folder, commit } = clone('https://example.org/dormouse.git');
    writeFileSync(join(folder, 'package.json'), '{"version":"8.0.0"}');
    expect(readSource('0', folder)).toMatchObject({
      revision: `${commit}-dirty`,
      created: '1970-01-01T00:00:00.000Z',
      version: '8.0.0',
    });
  });

  test.each([
    ['https://somebody:secret@example.org/dormouse', 'https://example.org/dormouse'],
    ['/home/somebody/dormouse', undefined],
  ])('a remote %s leaks no secret or local path', (remote, url) => {
    expect(readSource(undefined, clone(remote).folder).url).toBe(url);
  });
});

test('without git there is no revision', () => {
  const folder = mkdtempSync(join(work, 'plain-'));
  writeFileSync(join(folder, 'package.json'), '{"version":"7.0.0","description":"A blog","license":"Apache-2.0"}');
  expect(Object.keys(labelsOf('x', readSource('0', folder)))).not.toContain('org.opencontainers.image.revision');
});
