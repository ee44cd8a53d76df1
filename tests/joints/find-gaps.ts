import { findEventGaps } from './find-event-gaps.ts';
import { findGeneratedGaps } from './find-generated-gaps.ts';
import { findManifestGaps, findUnlisted } from './find-manifest-gaps.ts';
import { findMissingImports } from './find-missing-imports.ts';
import { findRouteGaps } from './find-route-gaps.ts';
import { type Finding, type Project, readProject } from './project.ts';

/** Everything that does not fit together in a checkout: functions, manifests, contracts, Triggers, routes, generated files. */
export async function findGaps(root: string): Promise<Finding[]> {
  const missing = findMissingImports(root);
  const generated = findGeneratedGaps(root);
  const found = [...findUnlisted(root), ...missing, ...(await findProjectGaps(root)), ...(await generated)];
  // Whatever is loaded stumbles over a missing file, which is named already.
  const isNamed = (finding: Finding) => missing.length > 0 && finding.includes('Cannot find module');
  return [...new Set(found.filter((finding) => !isNamed(finding)))];
}

async function findProjectGaps(root: string): Promise<Finding[]> {
  const project = await readProject(root).catch((error: Error) => error);
  if (project instanceof Error) return [messageOf(project)];
  const finders: ((project: Project) => Promise<Finding[]>)[] = [findManifestGaps, findEventGaps, findRouteGaps];
  const found = await Promise.all(finders.map((find) => find(project).catch((error: Error) => [messageOf(error)])));
  return found.flat();
}

/** Manifests' errors name file and line in their first line. */
const messageOf = ({ message }: Error): Finding => message.split('\n')[0]!;
