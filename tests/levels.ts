import { reachedFrom, sourcesOf, workspacesOf } from './import-graph.ts';

/** How much of the system a test file needs: nothing, a server or process, the whole local platform. */
export type Level = 'unit' | 'integration' | 'platform';

const folders = ['cli', 'events', 'functions', 'knative', 'observability', 'tests'];
const startsPlatform = /^(tests\/platform|knative\/local\/platform)\.ts$/;
const startsServer = /^(node:child_process|tests\/(database|function-process)\.ts|knative\/local\/backing\/.*)$/;

/** Test files of `project` by level, which follows from what they import, directly or not. */
export function testLevels(project: string): Record<Level, string[]> {
  const graph = importsOf(project);
  const levels: Record<Level, string[]> = { unit: [], integration: [], platform: [] };
  for (const path of graph.keys()) if (path.endsWith('.test.ts')) levels[levelOf(path, graph)].push(path);
  return levels;
}

/** What each source file that tests can reach imports. */
export function importsOf(project: string): ReadonlyMap<string, readonly string[]> {
  return new Map(sourcesOf(project, folders, workspacesOf(project)).map(({ path, imports }) => [path, imports]));
}

function levelOf(path: string, graph: ReadonlyMap<string, readonly string[]>): Level {
  const reached = [...reachedFrom(path, graph)];
  if (reached.some((each) => startsPlatform.test(each))) return 'platform';
  return reached.some((each) => startsServer.test(each)) ? 'integration' : 'unit';
}
