import { parseSync, visitorKeys } from 'oxc-parser';

/** What a source file is measured by. A line of code is one that is neither blank nor only a comment. */
export interface Measures {
  code: number;
  /** Functions that have a name: declarations, methods, and what a variable or a property is set to. */
  functions: { name: string; code: number }[];
  /** Exported declarations with their documentation, without the bodies of their functions. */
  surface: Lines;
  /** Bodies of functions. */
  inside: Lines;
  anys: number;
}

interface Lines {
  comment: number;
  code: number;
}

interface Node {
  type: string;
  start: number;
  end: number;
}

type Kind = 'blank' | 'comment' | 'code';

/** Measures the text of a TypeScript file. */
export function measure(path: string, text: string): Measures {
  const { program, comments } = parseSync(path, text);
  const lines = text.split('\n');
  const starts = lines.map(
    (
      (at) => (line) =>
        (at += line.length + 1) - line.length - 1
    )(0),
  );
  const lineAt = (offset: number) => starts.findLastIndex((start) => start <= offset);
  const kinds = lines.map((line, i): Kind => {
    const first = (starts[i] as number) + line.search(/\S/);
    if (!line.trim()) return 'blank';
    return comments.some(({ start, end }) => start <= first && first < end) ? 'comment' : 'code';
  });
  const count = (kind: Kind, from: number, to: number) => kinds.slice(from, to + 1).filter((k) => k === kind).length;

  const functions: Measures['functions'] = [];
  const inside = new Set<number>();
  const surface = new Set<number>();
  let anys = 0;
  walk(program as unknown as Node, undefined, (node, parent) => {
    const [from, to] = [lineAt(node.start), lineAt(node.end - 1)];
    if (node.type === 'TSAnyKeyword') anys++;
    if (node.type.startsWith('Export')) {
      let first = from;
      while (first > 0 && kinds[first - 1] === 'comment') first--;
      for (let line = first; line <= to; line++) surface.add(line);
    }
    if (!/^(Function(Declaration|Expression)|ArrowFunctionExpression)$/.test(node.type)) return;
    const { body } = node as Node & { body?: Node };
    if (body?.type === 'BlockStatement' || body?.type === 'FunctionBody')
      for (let line = lineAt(body.start) + 1; line < lineAt(body.end - 1); line++) inside.add(line);
    const name = nameOf(node) ?? nameOf(parent);
    if (name) functions.push({ name, code: count('code', from, to) });
  });
  const share = (of: ReadonlySet<number>): Lines => ({
    comment: [...of].filter((line) => kinds[line] === 'comment').length,
    code: [...of].filter((line) => kinds[line] === 'code').length,
  });
  return {
    code: count('code', 0, lines.length),
    functions,
    surface: share(new Set([...surface].filter((line) => !inside.has(line)))),
    inside: share(inside),
    anys,
  };
}

/** What a declaration, a method, a property or a variable is called. */
function nameOf(node: Node | undefined): string | undefined {
  const { id, key } = (node ?? {}) as { id?: { name?: string } | null; key?: { name?: string } };
  return id?.name ?? key?.name;
}

function walk(node: Node, parent: Node | undefined, visit: (node: Node, parent: Node | undefined) => void): void {
  visit(node, parent);
  for (const key of visitorKeys[node.type] ?? []) {
    const child = (node as unknown as Record<string, Node | (Node | null)[] | null>)[key];
    for (const each of Array.isArray(child) ? child : [child]) if (each) walk(each, node, visit);
  }
}
