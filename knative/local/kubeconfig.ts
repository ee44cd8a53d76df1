import { renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Platform } from '@dormouse/manifests/model';

/** Of the file in DORMOUSE_HOME that kubectl and kn read. */
export const kubeconfigFile = 'kubeconfig';

/**
 * Writes the kubeconfig of a platform, which only its owner may read. The secret stands in the address: clients of Kubernetes send a
 * token over TLS only.
 * @param server address of the API with the secret
 */
export function writeKubeconfig(home: string, server: string, { services }: Pick<Platform, 'services'>): void {
  const namespaces = new Set(services.map(({ namespace }) => namespace));
  const [namespace = 'default'] = namespaces.size === 1 ? namespaces : [];
  const name = 'dormouse';
  const file = join(home, kubeconfigFile);
  const content = {
    ...{ apiVersion: 'v1', kind: 'Config', 'current-context': name },
    clusters: [{ name, cluster: { server } }],
    contexts: [{ name, context: { cluster: name, user: name, namespace } }],
    users: [{ name, user: {} }],
  };
  writeFileSync(`${file}.new`, JSON.stringify(content, null, 2), { mode: 0o600 });
  renameSync(`${file}.new`, file);
}
