import type { ChannelTemplate, Parallel, Sequence } from '../model.ts';
import type { Fields } from '../yaml/fields.ts';
import { readDelivery } from './read-delivery.ts';
import { readDestination } from './read-destination.ts';
import { destinationIn, readChannelTemplate } from './read-messaging.ts';
import type { ObjectFields } from './read-object.ts';

/** Reads a Sequence (flows.knative.dev/v1) as its webhook would (knative/eventing pkg/apis/flows/v1/sequence_validation.go). */
export function readSequence(object: ObjectFields): Sequence {
  const { name, namespace, root, ignore, origin } = object;
  const spec = root.need('spec').only('steps', 'channelTemplate', 'reply');
  const steps = spec.list('steps').map((step) => ({
    subscriber: readDestination(step, namespace, ignore, ['delivery']),
    delivery: readDelivery(step, object),
    origin: step.origin(),
  }));
  if (steps.length === 0) spec.fail(spec.has('steps') ? 'steps' : undefined, 'needs a step');
  return { kind: 'Sequence', name, namespace, ...readCommon(spec, object), steps, origin };
}

/** Reads a Parallel (flows.knative.dev/v1) as its webhook would (knative/eventing pkg/apis/flows/v1/parallel_validation.go). */
export function readParallel(object: ObjectFields): Parallel {
  const { name, namespace, root, ignore, origin } = object;
  const spec = root.need('spec').only('branches', 'channelTemplate', 'reply');
  const branches = spec.list('branches').map((branch) => {
    branch.only('filter', 'subscriber', 'reply', 'delivery');
    const [filter, reply] = [destinationIn(branch, 'filter'), destinationIn(branch, 'reply')];
    return {
      filter: filter && readDestination(filter, namespace, ignore),
      subscriber: readDestination(branch.need('subscriber'), namespace, ignore),
      reply: reply && readDestination(reply, namespace, ignore),
      delivery: readDelivery(branch, object),
      origin: branch.origin(),
    };
  });
  if (branches.length === 0) spec.fail(spec.has('branches') ? 'branches' : undefined, 'needs a branch');
  return { kind: 'Parallel', name, namespace, ...readCommon(spec, object), branches, origin };
}

function readCommon(spec: Fields, object: ObjectFields): Pick<Sequence, 'template' | 'reply'> {
  const reply = destinationIn(spec, 'reply');
  const template = spec.fields('channelTemplate');
  return {
    template: template ? readChannelTemplate(template, object) : byDefault,
    reply: reply && readDestination(reply, object.namespace, object.ignore),
  };
}

/** Knative's default channel (ConfigMap default-ch-webhook). */
const byDefault: ChannelTemplate = { kind: 'InMemoryChannel', delivery: {} };
