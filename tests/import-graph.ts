import { globSync, readFileSync } from 'node:fs';
import { basename, dirname, join, relative, resolve } from 'node:path';
import { parseSync } from 'oxc-parser';

/** One source file and what it imports. */
export interface Source {
  /** Relative to the project. */
  path: string;
  text: string;
  /** Tests, fixtures and what only they use. */
  isTest: boolean;
  /** Static and dynamic imports, types included: paths of this project, or names of packages with their subpath. */
  imports: string[];
}

/** A workspace: `name` as in its package.json, `folder` relative to the project. */
export interface Workspace {
  name: string;
  folder: string;
  json: PackageJson;
}

interface PackageJson {
  name: string;
  exports?: Record<string, string>;
  dependencies?: Record<string, string>;
  devDependencies?: Record<string, string>;
  optionalDependencies?: Record<string, string>;
}

const isSkipped = (name: string) => ['node_modules', 'dist', '.dormouse'].includes(basename(name));

/** The workspaces that `project`'s package.json names. */
export function workspacesOf(project: string): Workspace[] {
  const { workspaces } = JSON.parse(readFileSync(join(project, 'package.json'), 'utf8')) as { workspaces: string[] };
  const files = globSync(
    workspaces.map((each) => `${each}/package.json`),
    { cwd: project },
  );
  return files.map((file) => {
    const json = JSON.parse(readFileSync(join(project, file), 'utf8')) as PackageJson;
    return { name: json.name, folder: dirname(file), json };
  });
}

/** Every TypeScript file below `folders`, with its imports resolved to files of this project where they are such. */
export function sourcesOf(project: string, folders: readonly string[], workspaces: readonly Workspace[]): Source[] {
  const patterns = folders.map((folder) => `${folder}/**/*.ts`);
  return globSync(patterns, { cwd: project, exclude: isSkipped }).map((path) => {
    const text = readFileSync(join(project, path), 'utf8');
    return {
      path,
      text,
      isTest: path.startsWith('tests/') || /\.(test|fixture|setup)\.ts$/.test(path),
      imports: specifiersOf(path, text).map((specifier) => resolved(project, path, specifier, workspaces)),
    };
  });
}

function specifiersOf(path: string, text: string): string[] {
  const { module } = parseSync(path, text);
  const fromExports = module.staticExports.flatMap(({ entries }) =>
    entries.flatMap(({ moduleRequest }) => (moduleRequest ? [moduleRequest.value] : [])),
  );
  const dynamic = module.dynamicImports.flatMap(({ moduleRequest }) => {
    const quoted = /^(['"])(.*)\1$/.exec(text.slice(moduleRequest.start, moduleRequest.end));
    return quoted ? [quoted[2] as string] : [];
  });
  return [
    ...new Set([...module.staticImports.map(({ moduleRequest }) => moduleRequest.value), ...fromExports, ...dynamic]),
  ];
}

function resolved(project: string, path: string, specifier: string, workspaces: readonly Workspace[]): string {
  if (specifier.startsWith('.')) return relative(project, resolve(project, dirname(path), specifier));
  const owner = workspaces.find(({ name }) => specifier.startsWith(`${name}/`));
  return owner ? `${owner.folder}/${specifier.slice(owner.name.length + 1)}.ts` : specifier;
}

/** Everything that `path` imports, directly or not, and itself. */
export function reachedFrom(path: string, graph: ReadonlyMap<string, readonly string[]>): ReadonlySet<string> {
  const reached = new Set([path]);
  for (const each of reached) for (const next of graph.get(each) ?? []) reached.add(next);
  return reached;
}

/** The circles of a graph of imports, each as the files of one strongly connected component (Tarjan 1972). */
export function circles(graph: ReadonlyMap<string, readonly string[]>): string[][] {
  const index = new Map<string, number>();
  const low = new Map<string, number>();
  const stack: string[] = [];
  const found: string[][] = [];
  const visit = (node: string): void => {
    index.set(node, index.size);
    low.set(node, index.get(node)!);
    stack.push(node);
    for (const next of graph.get(node) ?? []) {
      if (!graph.has(next)) continue;
      if (!index.has(next)) visit(next);
      if (stack.includes(next)) low.set(node, Math.min(low.get(node)!, low.get(next)!));
    }
    if (low.get(node) !== index.get(node)) return;
    const component = stack.splice(stack.indexOf(node));
    if (component.length > 1 || graph.get(node)?.includes(node)) found.push(component.sort());
  };
  for (const node of graph.keys()) if (!index.has(node)) visit(node);
  return found;
}
