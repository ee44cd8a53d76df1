import { installedPods } from './installed.ts';
import { all, type Finding, finding, type Manifests, namespaceOf } from './manifest.ts';
import { podsOf } from './pods.ts';
import type { GatewaySpec } from './routing.ts';
import { secretsIn } from './secrets-in-namespace.ts';
import { selects } from './selectors.ts';

type Problem = { path: string; problem: string };

/** Checks that each Gateway has Pods, unique port names, and for TLS a certificate in the Pods' namespace. */
export const checkGateways = (manifests: Manifests): Finding[] =>
  all<GatewaySpec>(manifests, 'Gateway.networking.istio.io').flatMap((gateway) => {
    const runners = runnersOf(manifests, gateway.spec);
    const problems = (gateway.spec.servers ?? []).flatMap(({ port, tls }, index): Problem[] => {
      const path = `spec.servers[${index}]`;
      const secure = ['HTTPS', 'TLS'].includes(port.protocol);
      if (secure && !tls)
        return [{ path: `${path}.tls`, problem: `is missing, though the protocol is ${port.protocol}` }];
      const name = tls?.credentialName;
      if (name && !runners.some((namespace) => secretsIn(manifests, namespace).has(name)))
        return [
          {
            path: `${path}.tls.credentialName`,
            problem: `there is no Secret ${name} in ${runners.join(', ')}, where the gateway runs`,
          },
        ];
      return [];
    });
    const names = (gateway.spec.servers ?? []).map(({ port }) => port.name);
    for (const [index, name] of names.entries())
      if (names.indexOf(name) !== index)
        problems.push({ path: `spec.servers[${index}].port.name`, problem: `"${name}" is there twice` });
    if (runners.length === 0) problems.push({ path: 'spec.selector', problem: 'finds no Pod of a gateway' });
    return problems.map(({ path, problem }) => finding(gateway, path, problem));
  });

/** Namespaces of a gateway's Pods: its selector matches in all namespaces. */
function runnersOf(manifests: Manifests, { selector = {} }: GatewaySpec): string[] {
  const own = podsOf(manifests).filter(({ labels }) => selects({ matchLabels: selector }, labels));
  const installed = Object.entries(installedPods).filter(([, pods]) =>
    pods.some((labels) => selects({ matchLabels: selector }, labels)),
  );
  return [...new Set([...own.map(({ namespace }) => namespace), ...installed.map(([namespace]) => namespace)])];
}

export const rootNamespace = 'istio-system';

/** Checks that Istio's selectors match Pods; in Istio's root namespace they apply to all namespaces. */
export const checkWorkloadSelectors = (manifests: Manifests, optional: Manifests): Finding[] =>
  manifests.flatMap((manifest) => {
    const { selector, workloadSelector } = (manifest.spec ?? {}) as {
      selector?: { matchLabels?: object };
      workloadSelector?: { labels?: object };
    };
    const kinds = ['security.istio.io/', 'telemetry.istio.io/', 'networking.istio.io/', 'extensions.istio.io/'];
    if (!kinds.some((group) => manifest.apiVersion.startsWith(group)) || manifest.kind === 'Gateway') return [];
    const [labels, path] = selector?.matchLabels
      ? [selector.matchLabels, 'spec.selector']
      : [workloadSelector?.labels, 'spec.workloadSelector'];
    if (!labels) return [];
    const matchLabels = labels as Record<string, string>;
    const namespace = namespaceOf(manifest);
    const everywhere = podsOf([...manifests, ...optional]).some(
      (pod) => (pod.namespace === namespace || namespace === rootNamespace) && selects({ matchLabels }, pod.labels),
    );
    const installed = (installedPods[namespace] ?? []).some((each) => selects({ matchLabels }, each));
    const problems = Object.entries(matchLabels).map((pair) => pair.join('='));
    return everywhere || installed
      ? []
      : [finding(manifest, path, `finds no Pod in ${namespace} (${problems.join(', ')})`)];
  });
