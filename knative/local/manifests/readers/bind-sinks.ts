import { bindSink, boundVariables } from '../bind-sink.ts';
import type { Container, Job, Service, SinkBinding } from '../model.ts';
import { ManifestError, type Origin, type Rendered } from '../yaml/origin.ts';
import type { Deployment } from './read-deployment.ts';

interface Bindable {
  name: string;
  namespace: string;
  container: Container;
  origin: Origin;
}

/** Objects that were read; what is bound is replaced in them. */
export interface Subjects {
  sinkBindings: readonly SinkBinding[];
  services: Service[];
  jobs: Job[];
  deployments: Deployment[];
}

/**
 * Tells the programs that SinkBindings name where to send.
 * @param missing is told of SinkBindings that name what is not there, instead of the error
 * @throws ManifestError when a SinkBinding names what is not there
 */
export function bindSinks(
  rendered: readonly Rendered[],
  { sinkBindings, ...subjects }: Subjects,
  missing?: (object: Origin, error: ManifestError) => void,
): void {
  const manifestOf = (origin: Origin) => rendered.find((each) => each.origin === origin);
  for (const binding of sinkBindings) {
    const { type, name, labels } = binding.subject;
    const isMeant = (each: Bindable) => {
      if (each.namespace !== binding.namespace) return false;
      if (name !== undefined) return each.name === name;
      const own = manifestOf(each.origin)?.manifest.metadata.labels ?? {};
      return Object.entries(labels).every(([key, value]) => own[key] === value);
    };
    if (bindAll(type, subjects, isMeant, binding) > 0) continue;
    const error = new ManifestError(
      manifestOf(binding.origin)?.at(['spec', 'subject']) ?? binding.origin,
      `there is no ${type}${name === undefined ? ' with these labels' : ` "${name}"`} in namespace ${binding.namespace}`,
    );
    if (!missing) throw error;
    missing(binding.origin, error);
  }
}

/** @returns how many were meant */
function bindAll(
  type: string,
  { services, jobs, deployments }: Omit<Subjects, 'sinkBindings'>,
  isMeant: (each: Bindable) => boolean,
  binding: SinkBinding,
): number {
  if (type.startsWith('apps/v1 ')) {
    const isOfKind = (each: Deployment) => `apps/v1 ${each.kind}` === type && isMeant(each);
    return replaceEach(deployments, isOfKind, (each) => bound(each, binding));
  }
  if (type === 'batch/v1 Job') return replaceEach(jobs, isMeant, (each) => bound(each, binding));
  // What is changed in the template of a Knative Service makes a revision.
  return replaceEach(services, isMeant, (each) => ({
    ...bound(each, binding),
    ...(each.sidecars && { sidecars: each.sidecars.map((one) => bound(one, binding)) }),
    ...(each.initContainers && { initContainers: each.initContainers.map((one) => bound(one, binding)) }),
    template: JSON.stringify({ ...(JSON.parse(each.template) as object), bound: boundVariables(binding) }),
  }));
}

const bound = <T extends { container: Container }>(each: T, binding: SinkBinding): T => ({
  ...each,
  container: bindSink(each.container, binding),
});

function replaceEach<T extends Bindable>(all: T[], isMeant: (each: T) => boolean, change: (each: T) => T): number {
  let replaced = 0;
  for (const [index, each] of all.entries()) {
    if (!isMeant(each)) continue;
    all[index] = change(each);
    replaced++;
  }
  return replaced;
}
