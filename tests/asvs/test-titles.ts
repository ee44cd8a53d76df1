import { parseSync, visitorKeys } from 'oxc-parser';

interface Node {
  type: string;
}
interface Call extends Node {
  type: 'CallExpression';
  callee: Node;
  arguments: Node[];
}

/**
 * The tests of a file by their titles, below those of their groups: `logging in > takes the name in any case`.
 * A title with gaps (`%s`) is given as it is written, one of a template with `…` in its gaps.
 */
export function testTitles(path: string, text: string): string[] {
  const found: string[] = [];
  visit(parseSync(path, text).program as unknown as Node, [], found);
  return found;
}

function visit(node: Node, around: readonly string[], found: string[]): void {
  const title = isCall(node) ? titleOf(node) : undefined;
  const inside = title === undefined ? around : [...around, title];
  if (title !== undefined && /^(it|test)$/.test(called(node))) found.push(inside.join(' > '));
  for (const key of visitorKeys[node.type] ?? [])
    for (const child of [(node as unknown as Record<string, Node | Node[] | null>)[key]].flat())
      if (child) visit(child, inside, found);
}

const isCall = (node: Node): node is Call => node.type === 'CallExpression';

/** The first text that a group or a test is called with. */
function titleOf(call: Call): string | undefined {
  if (!/^(describe(On)?|it|test)$/.test(called(call))) return undefined;
  return call.arguments.map(textOf).find((text) => text !== undefined);
}

/** `test` of `test(…)`, `test.skip(…)`, `` test.each`…`(…) `` and `test.each(…)(…)`. */
function called(node: Node): string {
  const { name, callee, object, tag } = node as { name?: string; callee?: Node; object?: Node; tag?: Node };
  const next = callee ?? object ?? tag;
  return next ? called(next) : (name ?? '');
}

function textOf(node: Node): string | undefined {
  if (node.type === 'Literal') {
    const { value } = node as Node & { value?: unknown };
    return typeof value === 'string' ? value : undefined;
  }
  if (node.type !== 'TemplateLiteral') return undefined;
  return (node as Node & { quasis: { value: { cooked: string } }[] }).quasis.map(({ value }) => value.cooked).join('…');
}
