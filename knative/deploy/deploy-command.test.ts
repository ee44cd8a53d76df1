import { spawnSync } from 'node:child_process';
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';

const work = mkdtempSync(join(tmpdir(), 'deploy-test-'));
afterAll(() => rmSync(work, { recursive: true }));

/** A kn that knows of no Service, and fails when it is to apply one. */
const strangeKn = `#!/bin/sh
case "$*" in
  *describe*) echo 'Error: services.serving.knative.dev "web" not found' >&2; exit 1 ;;
  *apply*) echo 'RevisionFailed: Revision "web-00001" failed' >&2; exit 1 ;;
esac
`;

/** Runs it with nothing on the PATH but kn, if that. */
function run(args: string[], kn?: string) {
  const bin = mkdtempSync(join(work, 'bin-'));
  if (kn) {
    writeFileSync(join(bin, 'kn'), kn);
    chmodSync(join(bin, 'kn'), 0o755);
  }
  const command = [join(import.meta.dirname, '../../cli/dormouse.mjs'), 'deploy', ...args, '--output', work];
  const { status, stdout, stderr } = spawnSync(process.execPath, command, { encoding: 'utf8', env: { PATH: bin } });
  return { status, stdout, stderr };
}

test('without kn it says where to get it, and what kubectl would do', () => {
  const { status, stderr } = run(['web']);
  expect(status).toBe(1);
  expect(stderr).toMatch(/deploy: kn is not on the PATH: https:.*\n.*\n.*render.* web.*kubectl apply -n dormouse -f -/);
});

test('what kn is given lies in a file to be used again, in the namespace that was named', () => {
  const { status, stdout } = run(['web', '--dry-run', '-n', 'blog', '--image', 'registry.example/web:2'], strangeKn);
  expect(status).toBe(0);
  expect(stdout).toMatch(/^would run: kn service apply web -n blog -f .*\/lab\/web\.yaml\n$/);
  const written = readFileSync(join(work, 'lab/web.yaml'), 'utf8');
  expect(written).toContain('image: registry.example/web:2');
  expect(written).toContain('namespace: blog');
  expect(readFileSync(join(work, 'lab/web-needs.yaml'), 'utf8')).toMatch(/kind: ConfigMap[\s\S]*namespace: blog/);
});

test('a command that fails is the last one', () => {
  const { status, stdout, stderr } = run(['web'], strangeKn);
  expect(status).toBe(1);
  expect(stdout.match(/^\$ /gm)).toHaveLength(1);
  expect(stderr).toMatch(/RevisionFailed[\s\S]*deploy: kn ended with 1; what had requests before has them still/);
});

test.each([
  [['web', '--tag', 'canary', '--traffic', '100'], 2, '--traffic 100: must be a whole number from 0 to 99'],
  [['web', '--promote', '--rollback'], 2, '--tag or --canary, --untag, --promote and --rollback exclude each other'],
  [
    ['web', '--tag', 'pr-7', '--untag', 'pr-7'],
    2,
    '--tag or --canary, --untag, --promote and --rollback exclude each other',
  ],
  [['web', '--canary', '--traffic', '5'], 2, '--canary has --steps instead of --traffic, and no --dry-run'],
  [['web', '--steps', '1,10'], 2, 'need --canary'],
  [['web', '--canary', '--steps', '10,5'], 2, '--steps 10,5: each must be larger than the one before'],
  [[], 2, 'FUNCTION is missing'],
  [['nobody'], 1, 'there is no function nobody; there are '],
])('%j is rejected', (args, code, message) => {
  const { status, stderr } = run(args, strangeKn);
  expect([status, stderr]).toEqual([code, expect.stringContaining(message)]);
});
