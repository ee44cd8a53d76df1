import type { Graph, Subgraph } from '@viz-js/viz';
import type { Architecture, DrawnRoute } from './architecture.ts';
import { label, look } from './draw.ts';

/** Where the gateway leads which path: from top to bottom as it tries them. */
export function routesPicture({ routes }: Architecture): Graph {
  const paths = merged(routes);
  const targets = [...new Set(paths.map(({ target }) => target))];
  return {
    ...look,
    graphAttributes: { ...look.graphAttributes, rankdir: 'LR', nodesep: 0.12 },
    nodes: [
      { name: 'gateway', attributes: { label: label('gateway', 'the first that matches'), class: 'outside' } },
      ...targets.map((target) => ({
        name: `to ${target}`,
        attributes:
          typeof target === 'number'
            ? { label: label(String(target), 'the gateway itself'), class: target < 400 ? 'trigger' : 'answer' }
            : { label: label(target), class: 'function' },
      })),
    ],
    subgraphs: [inOrder(paths)],
    edges: paths.flatMap(({ path, target, methods }) => [
      { tail: 'gateway', head: `path ${path}` },
      {
        tail: `path ${path}`,
        head: `to ${target}`,
        attributes: { class: typeof target === 'number' ? '' : 'of-function', label: methods === 'any' ? '' : methods },
      },
    ]),
  };
}

/** Paths one below the other: invisible edges keep them so. */
const inOrder = (paths: readonly DrawnRoute[]): Subgraph => ({
  graphAttributes: { rank: 'same' },
  nodes: paths.map(({ path }) => ({ name: `path ${path}`, attributes: { label: label(shown(path)), class: 'event' } })),
  edges: paths.slice(1).map(({ path }, at) => ({
    tail: `path ${paths[at]?.path}`,
    head: `path ${path}`,
    attributes: { style: 'invis' },
  })),
});

/** Routes of reads and of the rest, for one path, are one here. */
function merged(routes: readonly DrawnRoute[]): DrawnRoute[] {
  const byPath = new Map<string, DrawnRoute>();
  for (const route of routes) {
    const known = byPath.get(route.path);
    byPath.set(route.path, known ? { ...known, methods: route.methods } : route);
  }
  return [...byPath.values()];
}

/** The table beside the picture has the whole of it. */
const shown = (path: string) => (path.length > 44 ? `${path.slice(0, 42)} …` : path);
