import { relative } from 'node:path';
import { buildCommand } from '@stricli/core';
import type { Context } from '../context.ts';
import { functionNames } from '../names.ts';
import { argument, flag, imagePrefix, imageTag, option } from '../parameters.ts';
import { UsageError } from '../usage-error.ts';

interface Flags {
  all?: boolean;
  since?: string;
  list?: boolean;
  tag?: string;
  name?: string;
  out?: string;
  json?: boolean;
}

/** `dormouse image FUNCTION…` */
export const image = buildCommand({
  docs: {
    brief: 'Writes images as OCI archives, without a container engine',
    fullDescription: [
      'Writes images of functions as OCI archives, without a container engine, on Linux; of backup, the CronJob of',
      'the component; also of postgres and redis, for a cluster without a registry.',
      '',
      'Beside each archive lies its bill of materials (FUNCTION-TAG.cdx.json), which is /app/sbom.cdx.json in the image.',
      'Both are dated as the commit is, or by SOURCE_DATE_EPOCH. images.jsonl lists what the last run has written.',
    ].join('\n'),
  },
  parameters: {
    flags: {
      all: flag('All of them'),
      since: option('COMMIT', 'Those of functions into which something goes that has changed since this commit'),
      list: flag('Print their names, and write none'),
      tag: option('TAG', 'Tag of the images (default: dev)', imageTag),
      name: option('NAME', 'Where they will be found: NAME/posts:TAG (default: dev.local/dormouse)', imagePrefix),
      out: option('FOLDER', 'Where the archives are written (default: dist/images)'),
      json: flag('Print one JSON object for each image'),
    },
    positional: {
      kind: 'array',
      parameter: {
        ...argument('FUNCTION', 'One of functions/, or backup, postgres or redis'),
        proposeCompletions: () => [...functionNames(), 'backup', 'postgres', 'redis'],
      },
    },
  },
  async loader() {
    const [{ writeImages }, { parts }, { jobs }] = await Promise.all([
      import('@dormouse/image/write-images'),
      import('@dormouse/image/make'),
      import('@dormouse/image/bundle'),
    ]);
    return async function writeArchives(this: Context, flags: Flags, ...given: string[]) {
      const known = [...functionNames(), ...Object.keys(jobs), ...parts];
      if ([flags.all, flags.since !== undefined, given.length > 0].filter(Boolean).length > 1)
        throw new UsageError('FUNCTION, --all and --since exclude each other');
      const names = flags.since === undefined ? (flags.all ? known : given) : await changed(this, flags.since);
      if (names.length === 0 && flags.since === undefined)
        throw new UsageError('FUNCTION is missing; --all writes all images');
      const unknown = names.filter((name) => !known.includes(name));
      if (unknown.length > 0) throw new UsageError(`there is no ${unknown.join(', ')}; there are ${known.join(', ')}`);
      if (flags.list) {
        for (const each of names) this.terminal.print(each);
        return;
      }
      const { tag = 'dev', name = 'dev.local/dormouse', out = 'dist/images' } = flags;
      const options = { tag, name, out, sourceDateEpoch: this.env.SOURCE_DATE_EPOCH };
      for await (const written of writeImages(names, options)) {
        const file = relative('.', written.file);
        this.terminal.print(
          flags.json ? JSON.stringify({ ...written, file }) : `${written.name} ${written.digest} ${file}`,
        );
      }
    };
  },
});

async function changed({ root }: Context, since: string): Promise<string[]> {
  const [{ jobs }, { changedImages }, { changesSince }, { contentsOf }] = await Promise.all([
    import('@dormouse/image/bundle'),
    import('@dormouse/image/changed-images'),
    import('@dormouse/image/changes-since'),
    import('@dormouse/image/contents'),
  ]);
  const changes = changesSince(since, root);
  return changedImages(await contentsOf([...functionNames(), ...Object.keys(jobs)], root), changes);
}
