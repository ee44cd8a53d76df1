import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { CommandError } from '../command-error.ts';
import { releasedChangelog } from './changelog.ts';
import { digestsOf, imagesByDigest } from './images.ts';
import { versionEdits, versionProblem } from './version.ts';

export interface ReleaseOptions {
  version: string;
  /** Where images will be found: `registry.example/dormouse`. */
  registry: string;
  /** The checkout that is changed, committed and tagged. */
  folder: string;
  /** Of the changelog, `2026-11-28`. */
  date: string;
  /** Runs a program in `folder` and returns its standard output. @throws when it fails */
  run: (program: string, ...args: string[]) => Promise<string>;
  /** Each step, as it begins. */
  step: (line: string) => void;
}

const overlay = 'knative/overlays/staging/images/kustomization.yaml';

/**
 * Makes a release in `folder`: changelog, versions, released events and schema, images by digest in the staging overlay, one commit and
 * a tag. Nothing is pushed.
 * @throws CommandError before anything was changed, when the checkout is not ready
 */
export async function release({ version, registry, folder, date, run, step }: ReleaseOptions): Promise<void> {
  const read = (file: string) => readFileSync(join(folder, file), 'utf8');
  const write = (file: string, text: string) => writeFileSync(join(folder, file), text);
  const { version: current } = JSON.parse(read('package.json')) as { version: string };
  const problem = versionProblem(version, current) ?? (await checkoutProblem(version, run));
  if (problem) throw new CommandError(problem);
  const { text, notes } = releasedChangelog(read('CHANGELOG.md'), version, date);

  step('npm run check passes');
  await run('npm', 'run', '--silent', 'check');
  step(`versions become ${version}`);
  for (const edit of versionEdits(read, current, version)) write(edit.file, edit.text);
  await run('npm', 'version', version, '--no-git-tag-version', '--ignore-scripts');
  write('CHANGELOG.md', text);
  step('event contracts and examples are frozen');
  await run('npm', 'run', '--silent', 'release:events');
  step('the schema and its statements are recorded');
  await run('npm', 'run', '--silent', 'release:schema');
  step('images are made');
  const digests = digestsOf(
    await run('npm', 'run', '--silent', 'image', '--', '--all', '--tag', version, '--name', registry),
  );
  write(overlay, imagesByDigest(read(overlay), registry, digests));
  step(`commit and tag v${version}`);
  await run('git', 'commit', '--quiet', '--all', '--message', `chore(release): ${version}`);
  await run('git', 'tag', '--annotate', `v${version}`, '--cleanup', 'verbatim', '--message', `${version}\n\n${notes}`);
}

async function checkoutProblem(version: string, run: ReleaseOptions['run']): Promise<string | undefined> {
  if ((await run('git', 'status', '--porcelain')).trim() !== '') return 'the checkout has changes: commit them first';
  const branch = (await run('git', 'branch', '--show-current')).trim();
  if (branch !== 'main') return `releases are made of main, this is ${branch || 'no branch'}`;
  if ((await run('git', 'tag', '--list', `v${version}`)).trim() !== '') return `there is a tag v${version} already`;
  return undefined;
}
