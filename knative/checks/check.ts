import { checkBindings } from './accounts.ts';
import { checkAddresses } from './addresses.ts';
import { checkEventReferences } from './event-references.ts';
import { checkGateways, checkWorkloadSelectors } from './gateways.ts';
import { checkKnativeAnnotations } from './knative-annotations.ts';
import { checkKnativeEvents } from './knative-events.ts';
import { checkKnativeFields } from './knative-fields.ts';
import { checkKnativeServices } from './knative-service.ts';
import type { Finding, Manifests, Rule } from './manifest.ts';
import { checkNamespaces } from './namespaces.ts';
import { checkNetworkPolicies } from './network-policies.ts';
import { checkPodReferences } from './pod-references.ts';
import { checkPodSecurity } from './pod-security.ts';
import { checkIstioPolicies } from './policies.ts';
import { checkRouting } from './routing.ts';
import { checkSchema } from './schema.ts';
import { checkSelectors } from './selector-references.ts';
import { checkStorage } from './storage.ts';

/** Rules for objects that match their schema. */
const rules: readonly Rule[] = [
  checkNamespaces,
  checkKnativeFields,
  checkKnativeAnnotations,
  checkKnativeServices,
  checkKnativeEvents,
  checkPodSecurity,
  checkStorage,
  checkPodReferences,
  checkBindings,
  checkEventReferences,
  checkAddresses,
  checkRouting,
  checkGateways,
  checkWorkloadSelectors,
  checkIstioPolicies,
  checkSelectors,
  checkNetworkPolicies,
];

/**
 * Checks objects that are applied together. Objects that violate their schema are not checked further.
 * @param optional manifests that some component adds; policies may refer to them before
 */
export async function check(manifests: Manifests, optional: Manifests = []): Promise<Finding[]> {
  const misshapen = (await Promise.all(manifests.map(checkSchema))).flat();
  return misshapen.length > 0 ? misshapen : rules.flatMap((rule) => rule(manifests, optional));
}
