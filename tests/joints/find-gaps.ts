import { findEventGaps } from './find-event-gaps.ts';
import { findGeneratedGaps } from './find-generated-gaps.ts';
import { findManifestGaps, findUnlisted } from './find-manifest-gaps.ts';
import { findRouteGaps } from './find-route-gaps.ts';
import { type Finding, type Project, readProject } from './project.ts';

/** Everything that does not fit together in a checkout: functions, manifests, contracts, Triggers, routes, generated files. */
export async function findGaps(root: string): Promise<Finding[]> {
  const first = [...findUnlisted(root), ...findGeneratedGaps(root)];
  const project = await readProject(root).catch((error: Error) => error);
  if (project instanceof Error) return [...first, messageOf(project)];
  const finders: ((project: Project) => Promise<Finding[]>)[] = [findManifestGaps, findEventGaps, findRouteGaps];
  const found = await Promise.all(finders.map((find) => find(project).catch((error: Error) => [messageOf(error)])));
  return [...new Set([...first, ...found.flat()])];
}

/** Manifests' errors name file and line in their first line. */
const messageOf = ({ message }: Error): Finding => message.split('\n')[0]!;
