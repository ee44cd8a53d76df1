import type { ICertificateSpec } from '@kubernetes-models/cert-manager/cert-manager.io/v1/CertificateSpec';
import type { IExternalSecretSpec } from '@kubernetes-models/external-secrets/external-secrets.io/v1/ExternalSecretSpec';
import { all, type Manifests, namespaceOf } from './manifest.ts';
import { secretNames } from './secrets.ts';

const made = await secretNames();

/** Names of a namespace's Secrets: created by `npm run secrets`, External Secrets or cert-manager, never by a manifest. */
export function secretsIn(manifests: Manifests, namespace: string): Set<string> {
  const external = all<IExternalSecretSpec>(manifests, 'ExternalSecret.external-secrets.io');
  const certificates = all<ICertificateSpec>(manifests, 'Certificate.cert-manager.io');
  return new Set([
    ...made,
    ...external
      .filter((each) => namespaceOf(each) === namespace)
      .map(({ metadata, spec }) => spec.target?.name ?? metadata.name),
    ...certificates.filter((each) => namespaceOf(each) === namespace).map(({ spec }) => spec.secretName),
  ]);
}
