import { posix } from 'node:path';
import type { Pair } from '../front-matter.ts';
import {
  bare,
  isNode,
  literal,
  type Names,
  type Node,
  parsedModule,
  propertyName,
  returned,
} from '../static-javascript.ts';
import { text } from './settings.ts';

/** A collection of Astro: where its entries lie, and what its schema says of fields that they leave out. */
export interface AstroCollection {
  /** Relative to the site's root. */
  readonly folder: string;
  readonly defaults: readonly Pair[];
}

/** The collections that a module like `src/content.config.ts` defines, as far as its words tell; nothing is run. */
export function astroCollections(code: string): AstroCollection[] {
  const { body, names } = parsedModule(code);
  const given = body.flatMap((statement) => {
    const declaration = (statement.declaration ?? {}) as Node;
    const all = declaration.type === 'VariableDeclaration' ? (declaration.declarations as Node[]) : [];
    return all.filter(({ id }) => (id as Node).name === 'collections').map(({ init }) => bare(init as Node));
  });
  return given.flatMap((object) =>
    propertiesOf(object, names).flatMap(([name, value]) => {
      const options = argumentOf(resolved(value, names));
      return options === undefined ? [] : [collectionOf(name, options, names)];
    }),
  );
}

function collectionOf(name: string, options: Node, names: Names): AstroCollection {
  const parts = new Map(propertiesOf(options, names));
  const loader = parts.get('loader');
  const glob = loader === undefined ? undefined : argumentOf(resolved(loader, names));
  const base = glob && new Map(propertiesOf(glob, names)).get('base');
  const said = base && text(literal(base, names));
  const schema = parts.get('schema');
  return {
    folder: posix.normalize(said ?? `src/content/${name}`).replace(/^\/|\/$/g, ''),
    defaults: schema === undefined ? [] : fieldsOf(schema, names).flatMap((field) => defaultOf(field, names)),
  };
}

/** Fields of a schema's own, not those of objects in it: `z.object({ … }).extend({ … })`, `({ image }) => z.object({ … })`. */
function fieldsOf(given: Node, names: Names, depth = 0): (readonly [string, Node])[] {
  const node = resolved(given, names);
  if (depth > 20) return [];
  if (/Function/.test(node.type)) {
    const value = returned(node, names);
    return value === undefined ? [] : fieldsOf(value, names, depth + 1);
  }
  if (node.type === 'ObjectExpression') return propertiesOf(node, names);
  if (node.type !== 'CallExpression') return [];
  const object = (node.callee as Node).object;
  return [...(isNode(object) ? [object] : []), ...(node.arguments as Node[])].flatMap((part) =>
    fieldsOf(part, names, depth + 1),
  );
}

/** What a field has where nothing is said: `z.boolean().default(true)`. */
function defaultOf([name, value]: readonly [string, Node], names: Names): Pair[] {
  for (let node = resolved(value, names), depth = 0; node.type === 'CallExpression' && depth < 20; depth++) {
    const callee = node.callee as Node;
    const [argument] = node.arguments as Node[];
    if (/^(?:default|prefault)$/.test(propertyName(callee) ?? '') && argument) {
      const given = returned(argument, names) ?? bare(argument);
      // The time at which the site was built, `new Date()`, says nothing.
      return given.type === 'NewExpression' && (given.arguments as Node[]).length === 0
        ? []
        : [[name, literal(given, names)]];
    }
    if (!isNode(callee.object)) return [];
    node = resolved(callee.object, names);
  }
  return [];
}

/** The first argument of a call. */
const argumentOf = (node: Node): Node | undefined =>
  node.type === 'CallExpression' ? (node.arguments as Node[]).map(bare)[0] : undefined;

function resolved(given: Node, names: Names): Node {
  const node = bare(given);
  const known = node.type === 'Identifier' ? names.get(node.name as string) : undefined;
  return known ? bare(known) : node;
}

/** Properties of an object with their values; what is spread into it, too. */
function propertiesOf(given: Node, names: Names, depth = 0): (readonly [string, Node])[] {
  const node = resolved(given, names);
  if (node.type !== 'ObjectExpression' || depth > 20) return [];
  return (node.properties as Node[]).flatMap((property) => {
    if (property.type === 'SpreadElement') return propertiesOf(property.argument as Node, names, depth + 1);
    const key = property.key as Node;
    return property.computed ? [] : [[String(key.name ?? key.value), property.value as Node] as const];
  });
}
