import type { Channel, Destination, Flow, Parallel, Sequence, Subscription } from './model.ts';

/** The channels and Subscriptions of a flow. */
export interface FlowParts {
  channels: Channel[];
  subscriptions: Subscription[];
}

/** Channel that a flow's events are sent to. */
export const entryOf = ({ kind, name }: Pick<Flow, 'kind' | 'name'>): string =>
  kind === 'Sequence' ? `${name}-kn-sequence-0` : `${name}-kn-parallel`;

/** Name of the flow that begins with a channel. */
export const flowOf = (channel: string): string => channel.replace(/-kn-(?:sequence-0|parallel)$/, '');

/** What Knative makes of a Sequence or a Parallel, by the same names. */
export const flowParts = (flow: Flow): FlowParts => (flow.kind === 'Sequence' ? ofSequence(flow) : ofParallel(flow));

/**
 * A channel before each step, whose Subscription sends the step's answer to the channel of the next one, the last one's to
 * `reply` (knative/eventing pkg/reconciler/sequence/resources).
 */
function ofSequence({ name, namespace, template, steps, reply, origin }: Sequence): FlowParts {
  const nameOf = (step: number) => `${name}-kn-sequence-${step}`;
  return {
    channels: steps.map((_, step) => ({
      name: nameOf(step),
      namespace,
      ...template,
      ...(step > 0 && { inner: true as const }),
      origin,
    })),
    subscriptions: steps.map(({ subscriber, delivery, origin: at }, step) => ({
      name: nameOf(step),
      namespace,
      channel: { name: nameOf(step), kind: template.kind },
      subscriber,
      reply: step < steps.length - 1 ? inner(nameOf(step + 1), namespace) : reply,
      delivery,
      origin: at,
    })),
  };
}

/**
 * One channel for all branches, and one for each: a branch's filter gets an event from the first, and what it answers with goes
 * to the second, and from there to the subscriber (knative/eventing pkg/reconciler/parallel/resources).
 */
function ofParallel({ name, namespace, template, branches, reply, origin }: Parallel): FlowParts {
  const first = `${name}-kn-parallel`;
  const nameOf = (branch: number) => `${first}-${branch}`;
  const channel = { namespace, ...template, origin };
  return {
    channels: [
      { name: first, ...channel },
      ...branches.map((_, branch) => ({ name: nameOf(branch), ...channel, inner: true as const })),
    ],
    subscriptions: branches.flatMap((branch, number) => [
      {
        name: `${first}-filter-${number}`,
        namespace,
        channel: { name: first, kind: template.kind },
        subscriber: branch.filter,
        reply: inner(nameOf(number), namespace),
        delivery: {},
        origin: branch.origin,
      },
      {
        name: nameOf(number),
        namespace,
        channel: { name: nameOf(number), kind: template.kind },
        subscriber: branch.subscriber,
        reply: branch.reply ?? reply,
        delivery: branch.delivery,
        origin: branch.origin,
      },
    ]),
  };
}

const inner = (name: string, namespace: string): Destination => ({ kind: 'channel', name, namespace });
