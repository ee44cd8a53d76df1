import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { parseAllDocuments } from 'yaml';
import { render } from '../local/kustomize.ts';

/** An object of a manifest, as far as this folder looks into it. */
export interface Manifest {
  apiVersion: string;
  kind: string;
  metadata: { name: string; namespace?: string };
  [field: string]: unknown;
}

/** Something that the person who called can mend; the message says how. */
export class Refused extends Error {
  override name = 'Refused';
}

const overlays = join(import.meta.dirname, '../overlays');
const largest = 1 << 26;

/** Whether a program is on the PATH. */
export const has = (program: string): boolean => spawnSync(program, ['--help'], { stdio: 'ignore' }).error === undefined;

/**
 * Everything that `kubectl apply -k knative/overlays/NAME` would apply. Without kubectl it is rendered by the local platform's reader, which
 * refuses what it does not know.
 * @throws Refused if there is no such overlay.
 */
export function renderOverlay(name: string, byKubectl = has('kubectl')): Manifest[] {
  const known = readdirSync(overlays).filter((each) => existsSync(join(overlays, each, 'kustomization.yaml')));
  if (!known.includes(name)) throw new Refused(`there is no overlay ${name}; there are ${known.join(', ')}`);
  const folder = join(overlays, name);
  if (!byKubectl) return render(folder).map(({ manifest }) => manifest as unknown as Manifest);
  const text = execFileSync('kubectl', ['kustomize', folder], { encoding: 'utf8', maxBuffer: largest });
  return parseAllDocuments(text).map((document) => document.toJS() as Manifest);
}
