import { buildCommand } from '@stricli/core';
import type { Context } from '../context.ts';
import { argument, flag, option } from '../parameters.ts';

const usualRegistry = 'registry.dormouse.dev/dormouse';

function parseVersion(input: string): string {
  if (!/^\d+\.\d+\.\d+$/.test(input)) throw new Error('must be like 1.2.3');
  return input;
}

/** `dormouse release VERSION`, which is `npm run release`. */
export const release = buildCommand({
  docs: {
    brief: 'Makes a release of main: changelog, versions, frozen events, images by digest, commit and tag',
    fullDescription: [
      'Makes a release of main: changelog, versions, frozen event contracts, images by digest, a commit and a tag.',
      'Nothing is pushed: the last lines say how.',
      '',
      '  dormouse release 0.2.0 --dry-run',
    ].join('\n'),
  },
  parameters: {
    flags: {
      registry: option('NAME', `Where the images will be found (default: ${usualRegistry})`),
      dryRun: flag('Make it in a temporary clone, print what it changed, and remove the clone'),
    },
    positional: { kind: 'tuple', parameters: [argument('VERSION', 'The new version, like 1.2.3', parseVersion)] },
  },
  async loader() {
    const [{ release }, { runnerIn, temporaryClone }] = await Promise.all([
      import('../release/release.ts'),
      import('../release/temporary-clone.ts'),
    ]);
    return async function makeRelease(
      this: Context,
      { registry = usualRegistry, dryRun = false }: { registry?: string; dryRun?: boolean },
      version: string,
    ) {
      using clone = dryRun ? await temporaryClone(this.root) : undefined;
      const folder = clone?.folder ?? this.root;
      const run = runnerIn(folder);
      const date = new Date().toISOString().slice(0, 10);
      await release({ version, registry, folder, date, run, step: (line) => this.terminal.print(`  ${line}`) });
      if (clone) this.terminal.print(await run('git', 'show', '--stat', '--format=%s', 'HEAD'));
      else
        this.terminal.print(`\n  git push origin main v${version}\n  push the archives of dist/images to ${registry}`);
    };
  },
});
