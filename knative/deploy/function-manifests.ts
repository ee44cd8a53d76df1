import type { Manifest } from '@dormouse/manifests/yaml/origin';
import { DeployError } from './overlay.ts';

/** The fields of a Knative Service that are used here. */
export interface ServiceManifest extends Manifest {
  spec: { template: { spec: { serviceAccountName?: string; containers: [{ image: string }] } } };
}

/** One function of an overlay. */
export interface FunctionManifests {
  service: ServiceManifest;
  /** Objects that an instance needs to start: ServiceAccount and ConfigMaps. */
  needs: Manifest[];
  /** Permissions of its ServiceAccount. */
  rights: Manifest[];
  /** Triggers and sources that send it events. */
  senders: Manifest[];
}

interface Reference {
  kind?: string;
  name?: string;
}
interface Sender {
  subscriber?: { ref?: Reference };
  sink?: { ref?: Reference };
  subject?: Reference;
}

/**
 * Selects one function's objects from an overlay.
 * @throws DeployError if it has no such Service.
 */
export function manifestsOf(name: string, overlay: readonly Manifest[]): FunctionManifests {
  const services = overlay.filter(isService);
  const service = services.find(({ metadata }) => metadata.name === name);
  if (!service)
    throw new DeployError(
      `there is no function ${name}; there are ${services.map(({ metadata }) => metadata.name).join(', ')}`,
    );
  const account = service.spec.template.spec.serviceAccountName ?? 'default';
  const settings = namesUnder(service, ['configMapRef', 'configMapKeyRef', 'configMap']);
  const bindings = overlay.filter((each) => bindsTo(each, account));
  const roles = bindings.map(({ roleRef }) => roleRef as Reference);
  return {
    service,
    needs: overlay.filter(
      ({ kind, metadata }) =>
        (kind === 'ServiceAccount' && metadata.name === account) ||
        (kind === 'ConfigMap' && settings.has(metadata.name)),
    ),
    rights: overlay.filter(
      (each) =>
        bindings.includes(each) || roles.some(({ kind, name }) => each.kind === kind && each.metadata.name === name),
    ),
    senders: overlay.filter(({ spec }) => sendsTo(spec as Sender | undefined, name)),
  };
}

/** The Service with another image. */
export function withImage(service: ServiceManifest, image: string): ServiceManifest {
  const changed = structuredClone(service);
  changed.spec.template.spec.containers[0].image = image;
  return changed;
}

/** The same object in another namespace. */
export const inNamespace = <M extends Manifest>(manifest: M, namespace: string): M => ({
  ...manifest,
  metadata: { ...manifest.metadata, namespace },
});

const isService = (manifest: Manifest): manifest is ServiceManifest =>
  manifest.kind === 'Service' && manifest.apiVersion.startsWith('serving.knative.dev/');

const bindsTo = ({ kind, subjects }: Manifest, account: string) =>
  /^(Cluster)?RoleBinding$/.test(kind) &&
  (subjects as Reference[]).some((each) => each.kind === 'ServiceAccount' && each.name === account);

function sendsTo(spec: Sender | undefined, name: string): boolean {
  const targets = [spec?.subscriber?.ref, spec?.sink?.ref, spec?.subject];
  return targets.some((target) => target?.kind === 'Service' && target.name === name);
}

/** All names under these keys, in all objects. */
function namesUnder(value: unknown, keys: readonly string[]): Set<string> {
  if (typeof value !== 'object' || value === null) return new Set();
  const found = Object.entries(value).flatMap(([key, below]) =>
    keys.includes(key) ? [(below as Reference).name ?? ''] : [...namesUnder(below, keys)],
  );
  return new Set(found);
}
