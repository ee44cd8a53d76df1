import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { checkExampleAddresses } from '@dormouse/checks/example-addresses';
import { kustomize } from '@dormouse/checks/kubectl';
import { shown } from '@dormouse/checks/manifest';
import { render } from '@dormouse/manifests/kustomize/kustomize';
import type { Manifest } from '@dormouse/manifests/yaml/origin';
import { hasProgram } from '@dormouse/serving/process/has-program';

/** An error that the user can fix; the message says how. */
export class DeployError extends Error {
  override name = 'DeployError';
}

const overlays = join(import.meta.dirname, '../overlays');

/**
 * Everything that `kubectl apply -k knative/overlays/NAME` would apply. Without kubectl it is rendered by the local platform's reader, which
 * rejects what it does not know.
 * @throws DeployError if there is no such overlay.
 */
export async function renderOverlay(name: string, byKubectl = hasProgram('kubectl')): Promise<Manifest[]> {
  const known = readdirSync(overlays).filter((each) => existsSync(join(overlays, each, 'kustomization.yaml')));
  if (!known.includes(name)) throw new DeployError(`there is no overlay ${name}; there are ${known.join(', ')}`);
  const folder = join(overlays, name);
  return byKubectl ? kustomize(folder) : render(folder).map(({ manifest }) => manifest);
}

/** @throws DeployError for an overlay whose policies have the addresses of an example */
export function demandOwnAddresses(name: string, manifests: readonly Manifest[]): void {
  const [first] = checkExampleAddresses(manifests as Manifest[]).map(shown);
  if (first) throw new DeployError(`overlay ${name}: ${first} (knative/overlays/${name}/stores)`);
}
