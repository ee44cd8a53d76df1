import type { Graph } from '@viz-js/viz';
import type { Architecture, DrawnFunction } from './architecture.ts';
import { label, look } from './draw.ts';

/** Who asks whom: readers by the gateway, functions each other, the Broker whoever has a Trigger. */
export function functionsPicture({ functions, triggers, routes, ticks, deadLetters }: Architecture): Graph {
  const services = functions.filter(({ kind }) => kind === 'Service');
  const reached = [...new Set(routes.map(({ target }) => target))].filter((target) => typeof target === 'string');
  const consumers = [...new Set(triggers.map(({ target }) => target))];
  const emitting = services.filter(({ emits }) => emits.length > 0);
  return {
    ...look,
    graphAttributes: { ...look.graphAttributes, nodesep: 0.35, ranksep: 0.6 },
    nodes: [
      { name: 'reader', attributes: { label: label('reader'), class: 'outside' } },
      { name: 'gateway', attributes: { label: label('gateway', 'on a laptop: ingress'), class: 'outside' } },
      { name: 'Broker', attributes: { label: label('Broker', `${triggers.length} Triggers`), class: 'broker' } },
      ...ticks.map(({ name, schedule }) => ({
        name: `tick ${name}`,
        attributes: { label: label('PingSource', schedule), class: 'outside' },
      })),
      ...functions.map((each) => ({
        name: each.name,
        attributes: { label: label(each.name, belowOf(each)), class: 'function' },
      })),
    ],
    edges: [
      { tail: 'reader', head: 'gateway' },
      ...reached.map((head) => ({ tail: 'gateway', head })),
      ...ticks.map(({ name, target }) => ({ tail: `tick ${name}`, head: target })),
      ...services.flatMap(({ name, calls }) =>
        calls.map((head) => ({ tail: name, head, attributes: { class: 'of-function' } })),
      ),
      ...emitting.map(({ name, emits }) => ({
        tail: name,
        head: 'Broker',
        attributes: { class: 'of-event', label: counted(emits.length, 'type') },
      })),
      ...consumers.map((head) => ({
        tail: 'Broker',
        head,
        attributes: { class: 'of-trigger', constraint: false },
      })),
      ...(deadLetters
        ? [
            {
              tail: 'Broker',
              head: deadLetters.target,
              attributes: { class: 'trouble', style: 'dashed', label: 'dead letters', constraint: false },
            },
          ]
        : []),
    ],
  };
}

const counted = (count: number, noun: string) => `${count} ${noun}${count === 1 ? '' : 's'}`;

const belowOf = ({ kind, stores }: DrawnFunction): string => (kind === 'Job' ? 'Job: makes tables' : stores.join(', '));
