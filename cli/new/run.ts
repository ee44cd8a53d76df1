import { checked } from './check.ts';
import { filesFor } from './files.ts';
import type { NewFunction } from './new-function.ts';
import type { Options } from './options.ts';
import { write } from './write.ts';

/** Makes a function in the project at `root`. @throws UsageError when there is no room for it; nothing is written then */
export async function run(
  options: Options,
  root: string,
  print: (line: string) => void,
  now = new Date(),
): Promise<void> {
  const wanted = await checked(options, root);
  const files = filesFor(wanted, root, now);
  if (!options.dryRun) write(root, files);
  const [create, change] = options.dryRun ? ['would create', 'would change'] : ['created', 'changed'];
  for (const path of [...files.created.keys()].sort()) print(`${create}  ${path}`);
  for (const path of [...files.changed.keys()].sort()) print(`${change}  ${path}`);
  if (options.dryRun) return;
  for (const line of next(wanted)) print(line);
}

function next({ name, path, hasTable, emits, consumes }: NewFunction): string[] {
  return [
    '',
    'Next:',
    `  npx vitest run functions/${name}`,
    '  npm start',
    ...(path ? [`  curl http://127.0.0.1:8080${path}`] : []),
    ...(path && hasTable ? [`  edit functions/${name}/page.ts, api.ts, store.ts and migrations/001-entries.sql`] : []),
    ...(emits ? [`  edit events/${emits.aggregate}.ts, then: npm run generate`] : []),
    ...(consumes.length > 0 ? [`  edit what functions/${name}/app.ts does about events`] : []),
  ];
}
