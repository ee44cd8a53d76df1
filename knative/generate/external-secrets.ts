import type { Component } from './component.ts';
import type { Base } from './read-functions.ts';

/** An ExternalSecret for each Secret that a manifest of the base reads. */
export function externalSecretsComponent({ secrets }: Base): Component {
  return {
    purpose: 'Every Secret that the base reads, under its own name in the store.',
    resources: {
      'secrets.yaml': secrets.map((name) => ({
        apiVersion: 'external-secrets.io/v1',
        kind: 'ExternalSecret',
        metadata: { name },
        spec: { dataFrom: [{ extract: { key: `dormouse/${name}` } }] },
      })),
    },
  };
}
