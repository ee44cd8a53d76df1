import { RE2JS } from 're2js';
import { idOf, type Resource } from './resource.ts';

/** `target` of a patch: anchored regular expressions; what is left open matches everything. */
export interface Selector {
  group?: string;
  version?: string;
  kind?: string;
  name?: string;
  namespace?: string;
  /** Kubernetes' label expression: `a=b,c!=d,e in (f,g),h notin (i),j,!k`. */
  labelSelector?: string;
  annotationSelector?: string;
}

/**
 * The resources that a target means, by their first or present name and namespace.
 * @throws Error when an expression cannot be read.
 */
export function select(resources: readonly Resource[], selector: Selector): Resource[] {
  const matcher = (pattern: string | undefined) => {
    const expression = pattern ? RE2JS.compile(pattern) : undefined;
    return (value: string) => !expression || expression.matches(value);
  };
  const [group, version, kind, name, namespace] = [
    selector.group,
    selector.version,
    selector.kind,
    selector.name,
    selector.namespace,
  ].map(matcher);
  const labels = readLabelSelector(selector.labelSelector ?? '');
  const annotations = readLabelSelector(selector.annotationSelector ?? '');
  return resources.filter((resource) => {
    const now = idOf(resource);
    const first = resource.history[0] ?? now;
    const where = (id: typeof now) => id.namespace || '_non_namespaceable_';
    return (
      group!(now.group) &&
      version!(now.version) &&
      kind!(now.kind) &&
      (name!(first.name) || name!(now.name)) &&
      (namespace!(where(first)) || namespace!(where(now))) &&
      labels(resource.manifest.metadata.labels ?? {}) &&
      annotations(resource.manifest.metadata.annotations ?? {})
    );
  });
}

type Requirement = (labels: Readonly<Record<string, string>>) => boolean;

function readLabelSelector(expression: string): Requirement {
  const requirements = expression
    .split(/,(?![^(]*\))/)
    .map((part) => part.trim())
    .filter((part) => part !== '')
    .map(readRequirement);
  return (labels) => requirements.every((requirement) => requirement(labels));
}

function readRequirement(part: string): Requirement {
  const set = /^(\S+)\s+(in|notin)\s*\(([^)]*)\)$/.exec(part);
  const [, key = '', operator = '', list = ''] =
    set ?? /^([^\s=!]+)\s*(==|=|!=)\s*(\S*)$/.exec(part) ?? /^()(!?)\s*([^\s=!,()]+)$/.exec(part) ?? fail(part);
  if (key === '') return (labels) => Object.hasOwn(labels, list) !== (operator === '!');
  const values = list.split(',').map((value) => value.trim());
  const has: Requirement = (labels) => Object.hasOwn(labels, key) && values.includes(labels[key] ?? '');
  return operator === '!=' || operator === 'notin' ? (labels) => !has(labels) : has;
}

function fail(part: string): never {
  throw new Error(`"${part}" is not a label expression`);
}
