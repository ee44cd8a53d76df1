import { installedNamespaces } from './installed.ts';
import { all, type Finding, finding, type Manifests, nameOf, namespaceOf } from './manifest.ts';

const ofCluster = [
  'Namespace',
  'ClusterRole',
  'ClusterRoleBinding',
  'ClusterIssuer',
  'ClusterSecretStore',
  'PriorityClass',
  'CustomResourceDefinition',
  'StorageClass',
];

/** Checks that every object is in an existing namespace, occurs once, and is no Secret. */
export function checkNamespaces(manifests: Manifests): Finding[] {
  const there = [...all(manifests, 'Namespace').map(({ metadata }) => metadata.name), ...installedNamespaces];
  const names = manifests.map(nameOf);
  return manifests.flatMap((manifest, index) => {
    const namespace = namespaceOf(manifest);
    const problems: Finding[] = [];
    if (names.indexOf(nameOf(manifest)) !== index) problems.push(finding(manifest, 'metadata.name', 'is there twice'));
    if (manifest.kind === 'Secret') problems.push(finding(manifest, '', 'a Secret does not belong in manifests'));
    if (ofCluster.includes(manifest.kind) === there.includes(namespace))
      problems.push(
        finding(manifest, 'metadata.namespace', namespace ? `there is no namespace ${namespace}` : 'is missing'),
      );
    return problems;
  });
}
