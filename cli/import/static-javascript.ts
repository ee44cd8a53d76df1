import { parseSync } from 'oxc-parser';

/** What only running the program could tell. */
export const unread = Symbol('unread');

export type Node = { readonly type: string } & Readonly<Record<string, unknown>>;
export type Names = ReadonlyMap<string, Node>;

/**
 * The object that a JavaScript or TypeScript module gives (`export default`, `module.exports =`), or that the text is, as far as it is
 * written in literals; any other value in it is `unread`. Nothing is run.
 * @returns undefined when the text is no program, or gives no object
 */
export function staticObject(text: string): Readonly<Record<string, unknown>> | undefined {
  const body = /^\s*\{/.test(text) ? statements(`(${text.trim().replace(/;$/, '')})`) : statements(text);
  if (!body) return undefined;
  const names = namesIn(body);
  const given = body.map(givenBy).findLast((node) => node !== undefined);
  const value = given ? literal(returned(given, names) ?? given, names) : ownNames(names);
  return isObject(value) ? value : undefined;
}

/** Whether a text is a program at all. */
export const isJavascript = (text: string): boolean => statements(text) !== undefined;

/** A program's text without its comments, which a regular expression cannot tell from texts such as `private/**`. */
export function withoutComments(text: string): string {
  const { comments } = parseSync('module.ts', text, { sourceType: 'module' });
  let end = 0;
  const kept = comments.map((comment) => {
    const before = text.slice(end, comment.start);
    end = comment.end;
    return before;
  });
  return [...kept, text.slice(end)].join(' ');
}

/** Arguments, where they are literal, of every call of a method: `ignores.add('drafts/**')`. */
export function staticArguments(text: string, object: string, method: string): readonly unknown[] {
  const found: unknown[] = [];
  const walk = (node: unknown): void => {
    if (Array.isArray(node)) for (const each of node) walk(each);
    else if (isNode(node)) {
      const { callee } = node;
      if (node.type === 'CallExpression' && isNode(callee) && propertyName(callee) === method) {
        const of = callee.object as Node;
        if ((propertyName(of) ?? of.name) === object)
          found.push(...(node.arguments as Node[]).map((argument) => literal(argument, new Map())));
      }
      for (const each of Object.values(node)) if (typeof each === 'object') walk(each);
    }
  };
  walk(statements(text));
  return found;
}

/** The parsed statements of a module and its constants, for who looks for more than an object in it; empty for what is no program. */
export function parsedModule(text: string): { readonly body: readonly Node[]; readonly names: Names } {
  const body = statements(text) ?? [];
  return { body, names: namesIn(body) };
}

function statements(text: string): readonly Node[] | undefined {
  const { program, errors } = parseSync('module.ts', text, { sourceType: 'module' });
  return errors.length > 0 ? undefined : (program.body as unknown as readonly Node[]);
}

const namesIn = (body: readonly Node[]): Names =>
  new Map(
    body.flatMap((statement) => declared(statement).map(({ id, init }) => [(id as Node).name as string, init as Node])),
  );

function declared(statement: Node): readonly Node[] {
  const declaration = statement.type === 'ExportNamedDeclaration' ? (statement.declaration as Node | null) : statement;
  if (declaration?.type !== 'VariableDeclaration' || declaration.kind !== 'const') return [];
  return (declaration.declarations as Node[]).filter(({ id, init }) => (id as Node).type === 'Identifier' && init);
}

/** What a statement makes of the module: its default export, `module.exports`, or a value that stands alone. */
function givenBy(statement: Node): Node | undefined {
  if (statement.type === 'ExportDefaultDeclaration') return statement.declaration as Node;
  if (statement.type !== 'ExpressionStatement') return undefined;
  const expression = bare(statement.expression as Node);
  if (expression.type === 'ObjectExpression') return expression;
  if (expression.type !== 'AssignmentExpression') return undefined;
  const left = expression.left as Node;
  return propertyName(left) === 'exports' || left.name === 'exports' ? (expression.right as Node) : undefined;
}

/** Of a function, the value that it returns at its end. */
export function returned(node: Node, names: Names): Node | undefined {
  const of = bare(node);
  const one = of.type === 'Identifier' ? names.get(of.name as string) : of;
  if (!one || !/Function/.test(one.type)) return undefined;
  const body = one.body as Node;
  if (body.type !== 'BlockStatement') return bare(body);
  const last = (body.body as Node[]).findLast(({ type }) => type === 'ReturnStatement');
  return last?.argument ? bare(last.argument as Node) : undefined;
}

/** Front matter may be written as a list of constants. */
function ownNames(names: Names): unknown {
  return names.size === 0
    ? undefined
    : Object.fromEntries([...names].map(([name, node]) => [name, literal(node, names)]));
}

/** A node without parentheses and types around it. */
export function bare(node: Node): Node {
  return /^(?:Parenthesized|TSAs|TSSatisfies|TSNonNull)Expression$/.test(node.type)
    ? bare(node.expression as Node)
    : node;
}

/** A node's value as far as it is written in literals; anything else in it is `unread`. */
export function literal(given: Node, names: Names, depth = 0): unknown {
  const node = bare(given);
  if (depth > 40) return unread;
  const inner = (each: unknown) => literal(each as Node, names, depth + 1);
  if (node.type === 'Literal') return 'regex' in node || 'bigint' in node ? unread : node.value;
  if (node.type === 'TemplateLiteral') {
    const parts = node.quasis as { value: { cooked: string } }[];
    return parts.length === 1 ? parts[0]!.value.cooked : unread;
  }
  if (node.type === 'ArrayExpression') return (node.elements as unknown[]).map((each) => (each ? inner(each) : null));
  if (node.type === 'ObjectExpression') return objectOf(node.properties as Node[], inner);
  if (node.type === 'UnaryExpression') return unary(node.operator as string, inner(node.argument));
  if (node.type === 'NewExpression') return dateOf(node, inner);
  if (node.type !== 'Identifier') return unread;
  if (node.name === 'undefined') return undefined;
  const known = names.get(node.name as string);
  return known ? inner(known) : unread;
}

function objectOf(properties: readonly Node[], value: (node: unknown) => unknown): Record<string, unknown> {
  const pairs = properties.flatMap((property): [string, unknown][] => {
    if (property.type === 'SpreadElement') {
      const spread = value(property.argument);
      return isObject(spread) ? Object.entries(spread) : [['…', unread]];
    }
    const key = property.key as Node;
    const name = property.computed ? value(key) : (key.name ?? key.value);
    return [[String(typeof name === 'symbol' ? '…' : name), property.method ? unread : value(property.value)]];
  });
  return Object.fromEntries(pairs);
}

/** The text of `new Date('…')`. */
function dateOf(node: Node, value: (node: unknown) => unknown): unknown {
  const [argument] = node.arguments as Node[];
  return (node.callee as Node).name === 'Date' && argument ? value(argument) : unread;
}

function unary(operator: string, value: unknown): unknown {
  if (typeof value === 'symbol') return unread;
  if (operator === '!') return !value;
  return operator === '-' && typeof value === 'number' ? -value : unread;
}

/** `b` of `a.b` and of `a['b']`. */
export function propertyName(node: Node): string | undefined {
  const property = node.property as Node | undefined;
  return node.type === 'MemberExpression' ? ((property?.name ?? property?.value) as string) : undefined;
}

export const isNode = (value: unknown): value is Node => typeof value === 'object' && value !== null && 'type' in value;

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
