import { existsSync, globSync } from 'node:fs';
import { basename, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { functionFolders } from '@dormouse/cli/new/function-routes';
import type { EventContract } from '@dormouse/events/contract';
import { render } from '@dormouse/manifests/kustomize/kustomize';
import type { Filter, Platform } from '@dormouse/manifests/model';
import { readPlatform } from '@dormouse/manifests/readers/read-platform';

/** A checkout as the finders look at it. */
export interface Project {
  root: string;
  /** Folders of functions. */
  functions: readonly string[];
  /** What knative/base says, read by the local platform's own readers. */
  platform: Platform;
  /** The catalogue, in its order. */
  catalogue: readonly EventContract[];
  /** Every contract of events/, in the catalogue or not, by the constant that holds it. */
  contracts: ReadonlyMap<string, EventContract>;
}

/** One gap, in a sentence that names the file and what to write there. */
export type Finding = string;

/** Reads a checkout. @throws Error naming file and line if its manifests cannot be read */
export async function readProject(root: string): Promise<Project> {
  const { catalogue } = (await load(root, 'events/catalogue.ts')) as { catalogue: readonly EventContract[] };
  const modules = globSync('*.ts', { cwd: join(root, 'events') }).filter(isContractModule);
  const exported = await Promise.all(modules.map(async (file) => Object.entries(await load(root, `events/${file}`))));
  return {
    root,
    functions: functionFolders(root),
    platform: readPlatform(render(join(root, 'knative/base'))),
    catalogue,
    contracts: new Map(exported.flat().filter((entry): entry is [string, EventContract] => isContract(entry[1]))),
  };
}

/** Programs run when they are imported; tests register themselves. */
const isContractModule = (file: string) =>
  !/\.(test|fixture)\.ts$/.test(file) && !['generate.ts', 'release.ts'].includes(basename(file));

const isContract = (value: unknown): boolean =>
  typeof value === 'object' && value !== null && 'schema' in value && 'emitted' in value && 'source' in value;

const load = async (root: string, path: string): Promise<Record<string, unknown>> =>
  import(pathToFileURL(join(root, path)).href);

/** What is found at each function; one that cannot be loaded is a gap, and hides none of the others. */
export async function atEachFunction(
  project: Project,
  find: (name: string, project: Project) => Promise<Finding[]>,
): Promise<Finding[]> {
  const found = project.functions.map((name) =>
    find(name, project).catch((error: Error) => [`functions/${name} does not load: ${error.message.split('\n')[0]}`]),
  );
  return (await Promise.all(found)).flat();
}

/** Whether a function has migrations, and so a database. */
export const hasMigrations = ({ root }: Pick<Project, 'root'>, name: string): boolean =>
  existsSync(join(root, 'functions', name, 'migrations'));

/** The types that filters let through; undefined for filters that do not name them. */
export function typesOf(filters: readonly Filter[]): string[] | undefined {
  const types = filters.map((filter) => {
    if ('any' in filter) return typesOf(filter.any);
    return 'exact' in filter && filter.exact.type ? [filter.exact.type] : undefined;
  });
  return types.includes(undefined) ? undefined : types.flatMap((each) => each ?? []);
}
