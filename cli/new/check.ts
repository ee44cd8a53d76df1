import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { render } from '@dormouse/manifests/kustomize/kustomize';
import { readPlatform } from '@dormouse/manifests/readers/read-platform';
import { UsageError } from '../usage-error.ts';
import { knownContracts } from './contracts.ts';
import { destinationOf } from './destination.ts';
import { functionFolders, isInternal, publicPaths, routesOf } from './function-routes.ts';
import type { KnownContract, NewEvent, NewFunction, Options } from './new-function.ts';

/** Names that mean something else to PostgreSQL, that another manifest has, or that the local platform's spans have. */
const reserved = [
  'public',
  'postgres',
  'redis',
  'admin',
  'exporter',
  'default',
  'platform',
  'ingress',
  'nothing',
  'knative',
  'refusals',
  'all',
  'user',
];

/** What the options ask for, if this project has room for it. @throws UsageError saying what is in the way */
export async function checked(options: Options, root: string): Promise<NewFunction> {
  const { name, path, table: hasTable, events } = options;
  checkName(name, root);
  if (path !== undefined) await checkPath(path, root);
  const known = await knownContracts(root);
  const consumes = known.filter(({ contract }) => events.includes(contract.type));
  const fresh = events.filter((type) => !consumes.some(({ contract }) => contract.type === type));
  if (fresh.length > 1)
    throw new UsageError(`${fresh.join(' and ')}: one new type at a time; docs/how-to/add-a-function.md adds another`);
  const emits = fresh[0] === undefined ? undefined : newEvent(fresh[0], known, root);
  if (emits && !hasTable)
    throw new UsageError(`${emits.type} is sent from the outbox, a table in the function's schema: add --table`);
  if (path === undefined && consumes.length === 0)
    throw new UsageError('nobody could call it: give it a --path, or --events with a type of the catalogue');
  return { name, path, hasTable, consumes, emits };
}

function checkName(name: string, root: string): void {
  if (!/^[a-z][a-z0-9]{0,39}$/.test(name))
    throw new UsageError(
      `${name}: a name is lower-case letters and digits, a letter first, 40 at most (it is a schema and a role as well)`,
    );
  if (reserved.includes(name) || name.startsWith('pg')) throw new UsageError(`${name} is taken by something else`);
  const taken = [`functions/${name}`, `knative/base/${name}.yaml`].find((each) => existsSync(join(root, each)));
  if (taken) throw new UsageError(`${name} is taken: ${taken} is there`);
  if (readFileSync(join(root, 'package-lock.json'), 'utf8').includes(`"node_modules/@dormouse/${name}": {`))
    throw new UsageError(`${name} is taken: another package has the name @dormouse/${name}`);
}

async function checkPath(path: string, root: string): Promise<void> {
  if (!/^(\/[a-z0-9][a-z0-9-]*)+$/.test(path))
    throw new UsageError(`--path ${path}: lower-case letters, digits and hyphens, after a /, without one at the end`);
  if (isInternal(path) || path === '/health') throw new UsageError(`--path ${path}: the ingress keeps it for itself`);
  const answered = await Promise.all(
    functionFolders(root).map(async (name) => ({ name, paths: publicPaths(await routesOf(root, name)) })),
  );
  const there = answered
    .flatMap(({ name, paths }) => paths.filter((each) => overlap(each, path)).map((each) => ({ name, each })))
    // The nearest says most.
    .sort((a, b) => a.each.length - b.each.length)[0];
  if (there) throw new UsageError(`--path ${path}: ${there.name} answers ${there.each}`);
  const platform = readPlatform(render(join(root, 'knative/base')));
  for (const each of [path, `${path}/entries`]) {
    const leads = destinationOf(platform, each);
    // What leads to these comes after the routes of a new function.
    if (leads !== undefined && leads !== 'auth' && leads !== 'web')
      throw new UsageError(
        typeof leads === 'number'
          ? `--path ${path}: the ingress keeps it for itself`
          : `--path ${path}: the ingress leads ${each} to ${leads} (knative/base/gateway.yaml)`,
      );
  }
}

/** Whether a route of another function lies at or below a path, or answers what the new function would. */
function overlap(route: string, path: string): boolean {
  const pattern = new RegExp(`^${route.replaceAll(/:\w+(\{.+?\})?\??/g, '[^/]+')}$`);
  return route === path || route.startsWith(`${path}/`) || [path, `${path}/entries`].some((each) => pattern.test(each));
}

function newEvent(type: string, known: readonly KnownContract[], root: string): NewEvent {
  const [, aggregate, verb] = /^dev\.dormouse\.([a-z][a-z0-9]*)\.([a-z][a-z0-9]*)\.v1$/.exec(type) ?? [];
  if (!aggregate || !verb)
    throw new UsageError(
      `${type} is not in events/catalogue.ts, and a new type is dev.dormouse.THING.VERB.v1, the verb in the past`,
    );
  // `posts` for `post` is a slip, and no new thing.
  const siblings = known.filter(({ contract }) =>
    [aggregate, `${aggregate}s`, aggregate.replace(/s$/, '')].includes(contract.type.split('.')[2]!),
  );
  if (siblings[0])
    throw new UsageError(
      `${type} is not in events/catalogue.ts; ${siblings[0].contract.source.slice(1)} has ${siblings.map(({ contract }) => contract.type).join(', ')}`,
    );
  if (existsSync(join(root, 'events', `${aggregate}.ts`)))
    throw new UsageError(`${type}: events/${aggregate}.ts is something else; name the thing otherwise`);
  return { type, aggregate, constant: `${aggregate}${verb[0]!.toUpperCase()}${verb.slice(1)}` };
}
