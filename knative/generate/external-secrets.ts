import type { Component } from './component.ts';
import type { Base } from './read-functions.ts';

/** What components read that belong to the same overlays. */
const ofComponents = ['client-proof'];

/** An ExternalSecret for each Secret that a manifest of the base, or such a component, reads. */
export function externalSecretsComponent({ secrets }: Base): Component {
  return {
    purpose: 'Every Secret that the base and client-proof read, under its own name in the store.',
    resources: {
      'secrets.yaml': [...secrets, ...ofComponents].sort().map((name) => ({
        apiVersion: 'external-secrets.io/v1',
        kind: 'ExternalSecret',
        metadata: { name },
        spec: { dataFrom: [{ extract: { key: `dormouse/${name}` } }] },
      })),
    },
  };
}
