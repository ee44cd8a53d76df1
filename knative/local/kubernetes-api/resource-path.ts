import { type Kind, kinds } from './kinds.ts';

/** What a path means: a kind in all namespaces or in one, an object, or a part of it (`status`). */
export interface ResourcePath {
  kind: Kind;
  version: string;
  namespace: string | undefined;
  name: string | undefined;
  part: string | undefined;
}

/** @returns undefined for a path of nothing that the API has */
export function resourcePath(pathname: string): ResourcePath | undefined {
  const segments = decoded(pathname.split('/').slice(1));
  if (!segments || segments.some((each) => each === '')) return undefined;
  const [root, ...path] = segments;
  const [group, version = '', ...rest] = root === 'api' ? ['', ...path] : path;
  if (root !== 'api' && (root !== 'apis' || group === '')) return undefined;
  const isInNamespace = rest[0] === 'namespaces' && rest.length > 2;
  const [namespace, plural, name, part, more] = isInNamespace ? rest.slice(1) : [undefined, ...rest];
  const kind = kinds.find((each) => each.group === group && each.plural === plural && each.versions.includes(version));
  if (!kind || more !== undefined) return undefined;
  if (kind.namespaced ? namespace === undefined && name !== undefined : namespace !== undefined) return undefined;
  return { kind, version, namespace, name, part };
}

function decoded(segments: readonly string[]): string[] | undefined {
  try {
    return segments.map(decodeURIComponent);
  } catch {
    return undefined;
  }
}
