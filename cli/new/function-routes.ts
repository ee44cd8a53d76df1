import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

/** A route that a function's app has. */
export interface FunctionRoute {
  method: string;
  /** In the router's notation: `/blog/api/posts/:id`. */
  path: string;
}

/** Stands in for whatever a factory is given: any member, call or iteration of it is as good as any other. */
export const anything: never = new Proxy((() => {}) as never, {
  get: (_, key) =>
    key === Symbol.toPrimitive ? () => '0' : key === 'then' ? undefined : key === 'done' ? true : anything,
  apply: () => anything,
});

/** Folders of functions: those with a package.json, `_runtime` aside. */
export function functionFolders(root: string): string[] {
  return readdirSync(join(root, 'functions')).filter(
    (name) => !name.startsWith('_') && existsSync(join(root, 'functions', name, 'package.json')),
  );
}

/** The routes of a function's app, built over nothing; none for a program without an app. */
export async function routesOf(root: string, name: string): Promise<FunctionRoute[]> {
  const file = join(root, 'functions', name, 'app.ts');
  if (!existsSync(file)) return [];
  const { createApp } = (await import(pathToFileURL(file).href)) as {
    createApp(dependencies: never): { routes: FunctionRoute[] };
  };
  return createApp(anything).routes.map(({ method, path }) => ({ method, path }));
}

/** Paths that a function answers for people, without patterns of middleware and what is for the cluster only. */
export const publicPaths = (routes: readonly FunctionRoute[]): string[] => [
  ...new Set(routes.map(({ path }) => path).filter((path) => !path.includes('*') && !isInternal(path))),
];

/** What the ingress keeps for the cluster. */
export const isInternal = (path: string): boolean =>
  /^\/(events|dead-letters|batches|healthz|readyz|metrics)(\/|$)/.test(path);
