import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { buildCommand } from '@stricli/core';
import type { Context } from '../context.ts';
import { argument, option } from '../parameters.ts';
import { UsageError } from '../usage-error.ts';

const stages = ['staging', 'production'] as const;

function parseStage(input: string): (typeof stages)[number] {
  const found = stages.find((each) => each === input);
  if (!found) throw new Error(`must be one of ${stages.join(', ')}`);
  return found;
}

/** `dormouse promote OVERLAY` */
export const promote = buildCommand({
  docs: {
    brief: 'Writes digests of images into an overlay: what was built into staging, what staging has into production',
    fullDescription: [
      'Writes digests of images into an overlay. Nothing is committed.',
      '',
      '  dormouse promote staging --built dist/images   what `dormouse image` has written there',
      '  dormouse promote production                    what staging has, unchanged',
    ].join('\n'),
  },
  parameters: {
    flags: { built: option('FOLDER', 'For staging: where `dormouse image` has written') },
    positional: {
      kind: 'tuple',
      parameters: [
        { ...argument('OVERLAY', 'staging or production', parseStage), proposeCompletions: () => [...stages] },
      ],
    },
  },
  async loader() {
    const [{ withBuilt, withPromoted }, { readBuilt }] = await Promise.all([
      import('../promote/images.ts'),
      import('@dormouse/image/built-images'),
    ]);
    return async function promoteImages(this: Context, { built }: { built?: string }, stage: (typeof stages)[number]) {
      const file = (name: string) => join(this.root, 'knative/overlays', name, 'images/kustomization.yaml');
      if ((stage === 'staging') !== (built !== undefined))
        throw new UsageError('--built goes with staging, and only with it');
      const before = readFileSync(file(stage), 'utf8');
      const after = built
        ? withBuilt(before, readBuilt(built))
        : withPromoted(before, readFileSync(file('staging'), 'utf8'));
      writeFileSync(file(stage), after);
      this.terminal.print(after === before ? `${stage} has these images already` : `${stage}: images are named anew`);
    };
  },
});
