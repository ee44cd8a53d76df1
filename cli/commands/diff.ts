import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import type { WrittenDifference } from '@dormouse/local/diff-written';
import { buildCommand } from '@stricli/core';
import type { Context } from '../context.ts';
import { argument, flag, option } from '../parameters.ts';
import { UsageError } from '../usage-error.ts';

/** `dormouse diff`: what kubectl and kn have written on this machine, and the files have not. */
export const diff = buildCommand({
  docs: {
    brief: 'Shows what kubectl and kn have changed on this machine',
    fullDescription: [
      'Shows objects that were written by kubectl or kn on this machine, as they differ from the files.',
      '',
      'A written object runs in place of that of the files until it says the same. Fields that Knative fills in are not shown.',
      'Exit code 1: something differs; 2: the manifests or what was written cannot be read.',
    ].join('\n'),
  },
  parameters: {
    positional: {
      kind: 'tuple',
      parameters: [
        { ...argument('FOLDER', 'Manifests to compare with (default: knative/overlays/local)'), optional: true },
      ],
    },
    flags: {
      home: option('FOLDER', 'Data of the platform (default: DORMOUSE_HOME, or .dormouse)'),
      json: flag('Print the differences as JSON'),
    },
  },
  async loader() {
    const [{ diffWritten }, { renderFolder }] = await Promise.all([
      import('@dormouse/local/diff-written'),
      import('@dormouse/manifests/kustomize/render-folder'),
    ]);
    return async function compare(this: Context, { home, json }: { home?: string; json?: boolean }, given?: string) {
      const folder = given ?? resolve(this.root, 'knative/overlays/local');
      if (!existsSync(folder)) throw new UsageError(`${folder}: there is no such folder`);
      const data = resolve(home ?? (this.env.DORMOUSE_HOME || resolve(this.root, '.dormouse')));
      const differences = readable(() => diffWritten(data, renderFolder(folder).rendered));
      const { print } = this.terminal;
      if (json) print(JSON.stringify(differences, null, 2));
      else for (const each of differences) print(lines(each));
      if (differences.length > 0) this.exitWith(1);
    };
  },
});

/** As of `kubectl diff`, 1 means that something differs: what cannot be compared is 2. */
function readable<T>(compare: () => T): T {
  try {
    return compare();
  } catch (error) {
    throw new UsageError((error as Error).message);
  }
}

const signs = { added: '+', changed: '~', deleted: '-' };

const lines = ({ object, change, at, fields }: WrittenDifference): string =>
  [`${signs[change]} ${object}${at ? ` (${at})` : ''}`, ...fields.map((field) => `    ${field}`)].join('\n');
