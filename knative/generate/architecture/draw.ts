import { type Graph, instance } from '@viz-js/viz';

/** Classes of what is drawn: each has its colours in light and dark. */
export type Kind = 'function' | 'event' | 'trigger' | 'broker' | 'outside' | 'answer';

/** Draws a graph as SVG. The picture follows the reader's colour scheme, and has a ground of its own, since a page need not follow it. */
export type Draw = (graph: Graph) => string;

/** Loads Graphviz. */
export async function createDraw(): Promise<Draw> {
  const graphviz = await instance();
  return (graph) => {
    const text = graphviz.renderString(graph, { format: 'svg', engine: 'dot' });
    // Without what stands before: a version of Graphviz, which would be another text with each update.
    return text.slice(text.indexOf('<svg')).replace('>', `>\n<style>${style}</style>`);
  };
}

/** Attributes that every picture has. Boxes are made for larger letters than are drawn: the reader's font may be wider than Helvetica. */
export const look = {
  graphAttributes: {
    bgcolor: '#ffffff',
    fontname: 'Helvetica',
    fontsize: 13,
    pad: 0.3,
    nodesep: 0.18,
    ranksep: 0.7,
  },
  nodeAttributes: {
    shape: 'box',
    style: 'rounded,filled',
    fontname: 'Helvetica',
    fontsize: 15,
    margin: '0.14,0.05',
    height: 0.35,
  },
  edgeAttributes: { fontname: 'Helvetica', fontsize: 12, arrowsize: 0.7 },
} as const;

/** A label of one line or two. The picture's style gives them weight and size. */
export const label = (title: string, below?: string): string =>
  [title, ...(below ? [below] : [])].map(asItIs).join('\\n');

/** In a label of Graphviz a backslash begins an escape. */
const asItIs = (text: string) => text.replaceAll('\\', '\\\\');

const light: Readonly<Record<string, string>> = {
  paper: '#ffffff',
  ink: '#1b2430',
  soft: '#566272',
  line: '#7d8896',
  panel: '#f5f7f9',
  'panel-line': '#d5dbe1',
  trouble: '#b3372f',
  function: '#dcebfb',
  'function-line': '#2f6db0',
  event: '#ece4fa',
  'event-line': '#7048b6',
  trigger: '#dff3e4',
  'trigger-line': '#2f8a4e',
  broker: '#fcefd0',
  'broker-line': '#a67612',
  outside: '#e9edf1',
  'outside-line': '#7d8896',
  answer: '#fbe3e0',
  'answer-line': '#b3372f',
};

const dark: Readonly<Record<string, string>> = {
  paper: '#161b22',
  ink: '#e6ebf1',
  soft: '#a3afbd',
  line: '#8492a2',
  panel: '#1d242d',
  'panel-line': '#3a4552',
  trouble: '#f0857c',
  function: '#1b3550',
  'function-line': '#6cb0f5',
  event: '#33264f',
  'event-line': '#b595f2',
  trigger: '#173a25',
  'trigger-line': '#63cf88',
  broker: '#41320f',
  'broker-line': '#e0b04a',
  outside: '#2a323c',
  'outside-line': '#8492a2',
  answer: '#47201d',
  'answer-line': '#f0857c',
};

const kinds: readonly Kind[] = ['function', 'event', 'trigger', 'broker', 'outside', 'answer'];
const variables = (palette: Readonly<Record<string, string>>) =>
  Object.entries(palette)
    .map(([name, colour]) => `--${name}:${colour}`)
    .join(';');

const style = [
  `:root{${variables(light)}}`,
  `@media (prefers-color-scheme:dark){:root{${variables(dark)}}}`,
  'text{fill:var(--ink);font:12px Helvetica,Arial,"Liberation Sans",system-ui,sans-serif}',
  '.node text{font-weight:600}.event text{font-weight:400}',
  '.node text+text,.edge text,.cluster text{fill:var(--soft);font-size:10.5px;font-weight:400}',
  '.graph>polygon{fill:var(--paper)}',
  '.cluster path,.cluster polygon{fill:var(--panel);stroke:var(--panel-line)}',
  '.edge path{stroke:var(--line)}.edge polygon{stroke:var(--line);fill:var(--line)}',
  '.trouble path{stroke:var(--trouble)}.trouble polygon{stroke:var(--trouble);fill:var(--trouble)}.trouble text{fill:var(--trouble)}',
  ...kinds.map((kind) => `.${kind} path,.${kind} polygon{fill:var(--${kind});stroke:var(--${kind}-line)}`),
  ...kinds.map(
    (kind) =>
      `.of-${kind} path{stroke:var(--${kind}-line)}.of-${kind} polygon{stroke:var(--${kind}-line);fill:var(--${kind}-line)}`,
  ),
].join('\n');
