import type { Platform } from '../model.ts';
import { Fields } from '../yaml/fields.ts';
import { ManifestError, type Origin, type Rendered } from '../yaml/origin.ts';

/** Records that an object is valid on a cluster and ignored here. */
export type Ignore = (reason: string, origin: Origin) => void;

/** One object with its name checked, ready to be read. */
export interface ObjectFields {
  name: string;
  namespace: string;
  root: Fields;
  metadata: Fields;
  annotations: Readonly<Record<string, string>>;
  labels: Readonly<Record<string, string>>;
  origin: Origin;
  ignore: Ignore;
  enabled: Enabled;
}

/** Whether a feature that is off by default is enabled: in the ConfigMap `config-features` of Knative's namespace. */
export type Enabled = (namespace: 'knative-serving' | 'knative-eventing', feature: string) => boolean;

/** What an API server adds to an object's metadata, and `kubectl get -o yaml` writes. */
export const addedMetadata = [
  'creationTimestamp',
  'deletionGracePeriodSeconds',
  'deletionTimestamp',
  'generation',
  'managedFields',
  'ownerReferences',
  'resourceVersion',
  'selfLink',
  'uid',
];

/** Reads what all objects have. `data` names the fields beside apiVersion, kind and metadata. */
export function readObject(
  { manifest, origin, at }: Rendered,
  { ignored, enabled }: { ignored: Platform['ignored'][number][]; enabled: Enabled },
  ...data: string[]
): ObjectFields {
  const root = new Fields(manifest as Fields['value'], at).only('apiVersion', 'kind', 'metadata', 'status', ...data);
  const metadata = root
    .need('metadata')
    .only('name', 'namespace', 'labels', 'annotations', 'finalizers', ...addedMetadata);
  const name = metadata.string('name');
  const namespace = metadata.text('namespace') || 'default';
  if (!/^[a-z0-9]([-a-z0-9.]{0,251}[a-z0-9])?$/.test(name))
    metadata.fail('name', 'must be lower-case letters, digits, "-" and "."');
  if (!/^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/.test(namespace))
    metadata.fail('namespace', 'must be lower-case letters, digits and "-", at most 63');
  const ignore: Ignore = (reason, from) => ignored.push({ kind: manifest.kind, name, reason, origin: from });
  return {
    name,
    namespace,
    root,
    metadata,
    annotations: metadata.map('annotations'),
    labels: metadata.map('labels'),
    origin,
    ignore,
    enabled,
  };
}

/** Rejects names that cannot be a part of a host name (RFC 1035), as Services' are. */
export function requireHostName({ metadata, name }: ObjectFields): void {
  if (!/^[a-z]([-a-z0-9]{0,61}[a-z0-9])?$/.test(name))
    metadata.fail(
      'name',
      'must begin with a letter, hold only lower-case letters, digits and "-", and have at most 63',
    );
}

/** The milliseconds of a field's duration. */
export function duration(
  fields: Fields,
  key: string,
  parse: (text: string) => number | undefined,
  example: string,
): number | undefined {
  const text = fields.text(key);
  if (text === undefined) return undefined;
  const value = parse(text);
  if (value === undefined || value < 0)
    throw new ManifestError(fields.origin(key), `${key} "${text}" is not a duration like ${example}`);
  return value;
}
