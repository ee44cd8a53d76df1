import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { buildCommand } from '@stricli/core';
import type { Context } from '../context.ts';
import { argument, flag } from '../parameters.ts';
import { UsageError } from '../usage-error.ts';

/** `dormouse manifests FOLDER…` */
export const manifests = buildCommand({
  docs: {
    brief: 'Checks manifests without a cluster',
    fullDescription: [
      'Checks manifests without a cluster: schemas, what the webhooks of Knative reject, references, Pod Security',
      '"restricted". Without a folder: every overlay, and the base with every choice of components that differs.',
      '',
      'Needs kubectl. Exit code 1: something is wrong; 2: it could not be checked.',
    ].join('\n'),
  },
  parameters: {
    flags: { json: flag('Print what is wrong as JSON') },
    positional: { kind: 'array', parameter: argument('FOLDER', 'Folder with a kustomization.yaml') },
  },
  async loader() {
    const [{ checkManifests }, { components }, { hasProgram }] = await Promise.all([
      import('@dormouse/checks/check-manifests'),
      import('@dormouse/checks/renderings'),
      import('@dormouse/serving/process/has-program'),
    ]);
    return async function check(this: Context, { json }: { json?: boolean }, ...folders: string[]) {
      const missing = folders.find((folder) => !existsSync(join(folder, 'kustomization.yaml')));
      if (missing) throw new UsageError(`${missing}: there is no kustomization.yaml`);
      if (!hasProgram('kubectl')) throw new UsageError('kubectl is not on the PATH');
      const { renderings, problems } = await checkManifests(folders).catch((error: Error) => {
        throw new UsageError(`could not be checked: ${error.message}`);
      });
      const { print } = this.terminal;
      if (json) print(JSON.stringify(problems, null, 2));
      else
        for (const { message, renderings: names } of problems)
          print(`${message} (${names[0]}${names.length > 1 ? ` and ${names.length - 1} more` : ''})`);
      const what = folders.length > 0 ? folders.join(', ') : `${components().length} components`;
      if (!json && problems.length === 0) print(`${renderings} renderings of ${what}: nothing is wrong`);
      if (problems.length > 0) this.exitWith(1);
    };
  },
});
