import { type Source, sourcesOf, workspacesOf } from './import-graph.ts';

/** How much of the system a test file needs: nothing, a server or process, the whole local platform. */
export type Level = 'unit' | 'integration' | 'platform';

const folders = ['cli', 'events', 'functions', 'knative', 'observability', 'tests'];
const startsPlatform = /^(tests\/platform|knative\/local\/platform)\.ts$/;
const startsServer = /^(node:child_process|tests\/(database|function-process)\.ts|knative\/local\/backing\/.*)$/;

/** Test files of `project` by level, which follows from what they import, directly or not. */
export function testLevels(project: string): Record<Level, string[]> {
  const sources = sourcesOf(project, folders, workspacesOf(project));
  const graph = new Map(sources.map(({ path, imports }) => [path, imports]));
  const levels: Record<Level, string[]> = { unit: [], integration: [], platform: [] };
  for (const source of sources) if (source.path.endsWith('.test.ts')) levels[levelOf(source, graph)].push(source.path);
  return levels;
}

function levelOf({ path }: Source, graph: ReadonlyMap<string, readonly string[]>): Level {
  const reached = new Set([path]);
  for (const each of reached) for (const next of graph.get(each) ?? []) reached.add(next);
  const some = (pattern: RegExp) => [...reached].some((each) => pattern.test(each));
  if (some(startsPlatform)) return 'platform';
  return some(startsServer) ? 'integration' : 'unit';
}
