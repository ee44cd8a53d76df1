import {
  type Document,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  LineCounter,
  type Node,
  type Pair,
  parseAllDocuments,
  Scalar,
  type YAMLMap,
} from 'yaml';
import { ManifestError, type Origin } from './origin.ts';
import {
  isObject,
  type Json,
  type JsonObject,
  newList,
  newObject,
  positionAt,
  setField,
  setItem,
} from './source-positions.ts';

/** One document of a YAML stream; its objects and lists record the line of each entry (source-positions.ts). */
export interface YamlDocument {
  value: Json;
  /** The first line with content. */
  origin: Origin;
}

/**
 * Parses a stream of YAML documents as kubectl understands them: empty documents are left out, octal numbers are octal,
 * anchors and merge keys are expanded, and words that only some parsers read as booleans are rejected.
 *
 * @param firstLine line of `file` on which `text` begins, for text that is embedded in another file.
 * @throws ManifestError at the line of a syntax error or of a key that occurs twice.
 */
export function readYaml(text: string, file: string, firstLine = 1): YamlDocument[] {
  const lines = new LineCounter();
  const at = (offset: number): Origin => ({ file, line: lines.linePos(offset).line + firstLine - 1 });
  const found: YamlDocument[] = [];
  for (const document of parseAllDocuments(text, { lineCounter: lines, prettyErrors: false, logLevel: 'error' })) {
    const [error] = document.errors;
    if (error) throw new ManifestError(at(error.pos[0]), `not valid YAML: ${error.message}`);
    if (!document.contents || (isScalar(document.contents) && document.contents.value === null)) continue;
    const converter: Converter = { document, at, value: () => null };
    converter.value = (node) => convert(node, converter);
    found.push({ value: converter.value(document.contents), origin: at(document.contents.range?.[0] ?? 0) });
  }
  return found;
}

interface Converter {
  document: Document.Parsed;
  at(offset: number): Origin;
  value(node: unknown): Json;
}

const originOf = (node: unknown, { at }: Converter): Origin => at((node as Node | null)?.range?.[0] ?? 0);

function convert(node: unknown, converter: Converter): Json {
  if (node === null || node === undefined) return null;
  if (isAlias(node)) return converter.value(node.resolve(converter.document));
  if (isMap(node)) return convertMap(node as YAMLMap, converter);
  if (isScalar(node)) return convertScalar(node, converter);
  if (!isSeq(node))
    throw new ManifestError(originOf(node, converter), 'this YAML construct has no meaning in a manifest');
  const list = newList(originOf(node, converter));
  for (const item of node.items) setItem(list, list.length, converter.value(item), originOf(item ?? node, converter));
  return list;
}

function convertMap(node: YAMLMap, converter: Converter): JsonObject {
  const made = newObject(originOf(node, converter));
  for (const pair of node.items as Pair[]) {
    const key = keyOf(pair.key, converter);
    const value = converter.value(pair.value);
    if (key === '<<') merge(made, value, originOf(pair.key, converter));
    else setField(made, key, value, originOf(pair.key, converter));
  }
  return made;
}

/** YAML's merge key: fields that are written out win, wherever they stand. */
function merge(target: JsonObject, value: Json, origin: Origin): void {
  for (const source of Array.isArray(value) ? value : [value]) {
    if (!isObject(source)) throw new ManifestError(origin, '"<<" merges a mapping or a list of mappings');
    for (const [key, each] of Object.entries(source))
      if (!Object.hasOwn(target, key)) setField(target, key, each, positionAt(source, [key]));
  }
}

function keyOf(node: unknown, converter: Converter): string {
  const value = converter.value(node);
  if (value === null || typeof value === 'object')
    throw new ManifestError(originOf(node, converter), 'a key must be a string');
  return String(value);
}

function convertScalar(node: Scalar, converter: Converter): Json {
  const { value, source } = node;
  if (node.type === Scalar.PLAIN && source !== undefined) {
    if (/^(y|n|yes|no|on|off)$/i.test(source))
      throw new ManifestError(originOf(node, converter), `quote "${source}": unquoted it is a boolean to kubectl`);
    if (/^0[0-7]+$/.test(source)) return Number.parseInt(source, 8);
  }
  if (value === null || typeof value === 'string' || typeof value === 'boolean') return value;
  if (typeof value === 'number' && Number.isFinite(value)) return value;
  throw new ManifestError(
    originOf(node, converter),
    `"${source ?? String(value)}" is neither text nor a number, boolean or null`,
  );
}
