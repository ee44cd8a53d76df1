import type { Graph } from '@viz-js/viz';
import type { Architecture } from './architecture.ts';
import { label, look } from './draw.ts';

/** Which function emits which event, which Trigger takes it, and whom it wakes. */
export function eventsPicture({ events, triggers, deadLetters }: Architecture): Graph {
  const sources = [...new Set(events.map(({ source }) => source))];
  const targets = [...new Set(triggers.map(({ target }) => target))];
  return {
    ...look,
    graphAttributes: { ...look.graphAttributes, rankdir: 'LR', ranksep: 1, compound: true },
    nodes: [
      ...sources.map((name) => ({ name: `from ${name}`, attributes: { label: label(name), class: 'function' } })),
      ...targets.map((name) => ({ name: `to ${name}`, attributes: { label: label(name), class: 'function' } })),
    ],
    subgraphs: [
      {
        name: 'cluster_events',
        graphAttributes: { label: 'types of events', style: 'rounded', class: 'panel' },
        nodes: events.map(({ type }) => ({
          name: type,
          attributes: { label: label(shortType(type)), class: 'event' },
        })),
      },
      {
        name: 'cluster_triggers',
        graphAttributes: { label: 'Triggers', style: 'rounded', class: 'panel' },
        nodes: triggers.map(({ name, takesAll }) => ({
          name: `trigger ${name}`,
          attributes: { label: label(name, takesAll ? 'every event' : undefined), class: 'trigger' },
        })),
      },
    ],
    edges: [
      ...events.map(({ type, source }) => ({
        tail: `from ${source}`,
        head: type,
        attributes: { class: 'of-function' },
      })),
      ...triggers.flatMap(({ name, types, takesAll }) =>
        // One that takes everything would hide what the others choose.
        (takesAll ? [] : types).map((type) => ({
          tail: type,
          head: `trigger ${name}`,
          attributes: { class: 'of-event' },
        })),
      ),
      ...triggers.map(({ name, target, path }) => ({
        tail: `trigger ${name}`,
        head: `to ${target}`,
        attributes: { class: 'of-trigger', label: path },
      })),
      ...(deadLetters
        ? [
            {
              tail: `trigger ${triggers.at(-1)?.name}`,
              head: `to ${deadLetters.target}`,
              attributes: {
                ltail: 'cluster_triggers',
                class: 'trouble',
                style: 'dashed',
                label: `undeliverable ${deadLetters.path}`,
              },
            },
          ]
        : []),
    ],
  };
}

/** `post.created.v1`: every type begins with the same domain. */
const shortType = (type: string) => type.split('.').slice(2).join('.');
