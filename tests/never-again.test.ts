import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { needs, skippedFor } from './needs.ts';

const root = join(import.meta.dirname, '..');
/** A downloaded archive has no list of the files that are committed. */
const needsClone = existsSync(join(root, '.git')) ? needs('git') : skippedFor(['a clone (.git)']);

describe('what must not come back, in the repository', needsClone, () => {
  let tracked: string[];
  beforeAll(() => {
    tracked = execFileSync('git', ['ls-files'], { cwd: root, encoding: 'utf8' }).trim().split('\n');
  });

  it('secrets are committed', () => {
    const secret =
      /-----BEGIN [A-Z ]*PRIVATE KEY-----|"d"\s*:\s*"[A-Za-z0-9_-]{40,}"|postgres:\/\/[^:\s]+:[^@\s$'`{…]{12,}@/;
    const found = tracked.filter(
      (file) =>
        existsSync(join(root, file)) &&
        !/\.(png|ico)$/.test(file) &&
        secret.test(readFileSync(join(root, file), 'utf8')),
    );
    expect(found).toEqual([]);
  });

  it('unpinned dependencies break the pages while health stays green', () => {
    const loose = tracked
      .filter((file) => file.endsWith('package.json'))
      .flatMap((file) => {
        const manifest = JSON.parse(readFileSync(join(root, file), 'utf8')) as Record<
          string,
          Record<string, string> | undefined
        >;
        return ['dependencies', 'devDependencies', 'optionalDependencies'].flatMap((kind) =>
          Object.entries(manifest[kind] ?? {})
            .filter(
              ([name, version]) =>
                !(name.startsWith('@dormouse/') && version === '*') && !/^\d+\.\d+\.\d+/.test(version),
            )
            .map(([name, version]) => `${file}: ${name} ${version}`),
        );
      });
    expect(loose).toEqual([]);
    expect(tracked).toContain('package-lock.json');
  });
});
