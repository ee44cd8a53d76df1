import { existsSync, globSync, readdirSync } from 'node:fs';
import { basename, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { functionFolders } from '@dormouse/cli/new/function-routes';
import type { EventContract } from '@dormouse/events/contract';
import { render } from '@dormouse/manifests/kustomize/kustomize';
import type { Filter, Platform } from '@dormouse/manifests/model';
import { readPlatform } from '@dormouse/manifests/readers/read-platform';
import type { Rendered } from '@dormouse/manifests/yaml/origin';

/** A checkout as the finders look at it. */
export interface Project {
  root: string;
  /** Folders of functions. */
  functions: readonly string[];
  /** What knative/base says, read by the local platform's own readers. */
  platform: Platform;
  /** The service account of each Knative Service, by its name. */
  accounts: ReadonlyMap<string, string | undefined>;
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
  const rendered = render(join(root, 'knative/base'));
  return {
    root,
    functions: functionFolders(root),
    platform: readPlatform(rendered),
    accounts: accountsOf(rendered),
    catalogue,
    contracts: new Map(exported.flat().filter((entry): entry is [string, EventContract] => isContract(entry[1]))),
  };
}

function accountsOf(rendered: readonly Rendered[]): Project['accounts'] {
  const services = rendered.filter(({ manifest }) => manifest.apiVersion.startsWith('serving.knative.dev/'));
  return new Map(
    services.map(({ manifest }) => {
      const { template } = manifest.spec as { template?: { spec?: { serviceAccountName?: string } } };
      return [manifest.metadata.name, template?.spec?.serviceAccountName];
    }),
  );
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

/** Whether a function has migrations, and so a database; git keeps no empty folder. */
export function hasMigrations({ root }: Pick<Project, 'root'>, name: string): boolean {
  const folder = join(root, 'functions', name, 'migrations');
  return existsSync(folder) && readdirSync(folder).length > 0;
}

/** The types that filters let through; undefined for filters that do not name them. */
export function typesOf(filters: readonly Filter[]): string[] | undefined {
  const types = filters.map((filter) => {
    if ('any' in filter) return typesOf(filter.any);
    return 'exact' in filter && filter.exact.type ? [filter.exact.type] : undefined;
  });
  return types.includes(undefined) ? undefined : types.flatMap((each) => each ?? []);
}
