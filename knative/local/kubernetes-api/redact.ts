import type { KubernetesObject } from './object-parts.ts';

const secretFields = new Set(['env', 'envFrom', 'args', 'command', 'data', 'stringData', 'binaryData', 'dataBase64']);
const lastApplied = /last-applied-configuration$/;

/**
 * An object for those who do not know the secret of the platform: without environments, arguments and data, which may hold
 * what is not for everybody.
 */
export function redacted(object: KubernetesObject): KubernetesObject {
  const { managedFields: _, annotations, ...metadata } = object.metadata;
  const kept = Object.entries(annotations ?? {}).filter(([name]) => !lastApplied.test(name));
  return {
    ...(without(object) as KubernetesObject),
    metadata: { ...metadata, ...(annotations && { annotations: Object.fromEntries(kept) }) },
  };
}

function without(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(without);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([name]) => !secretFields.has(name))
      .map(([name, each]) => [name, without(each)]),
  );
}
