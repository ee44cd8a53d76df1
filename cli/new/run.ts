import { checked } from './check.ts';
import { complete } from './complete.ts';
import { filesFor } from './files.ts';
import type { Options } from './new-function.ts';
import { type LocalPlatform, nextSteps } from './next-steps.ts';
import { write } from './write.ts';

/**
 * Makes a function in the project at `root`, and names each file that it writes.
 * @throws UsageError when there is no room for it; nothing is written then
 * @throws CommandError when the files are written, and what follows from them could not be generated
 */
export async function run(
  options: Options,
  root: string,
  print: (line: string) => void,
  platform: LocalPlatform,
  now = new Date(),
): Promise<void> {
  const wanted = await checked(options, root);
  const files = filesFor(wanted, root, now);
  if (options.dryRun) {
    for (const path of [...files.created.keys()].sort()) print(`would create  ${path}`);
    for (const path of [...files.changed.keys()].sort()) print(`would change  ${path}`);
    return;
  }
  write(root, files, (what, path) => print(`${what}  ${path}`));
  complete(root, files);
  for (const line of nextSteps(wanted, platform)) print(line);
}
