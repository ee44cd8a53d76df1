import type { Component } from './component.ts';
import type { Base } from './read-functions.ts';

/** What components read that belong to the same overlays. */
const ofComponents = [
  'client-proof',
  'backup-database',
  'backup-store',
  'media-store',
  'cdn',
  'auth-oauth',
  'search-store',
];

const namesOf = ({ secrets }: Base) => [...secrets, ...ofComponents].sort();

/** An ExternalSecret for each Secret that a manifest of the base, or such a component, reads. */
export function externalSecretsComponent(base: Base): Component {
  return {
    purpose: 'Every Secret that the base, client-proof, backup and media-s3 read, under its own name in the store.',
    resources: {
      'secrets.yaml': namesOf(base).map((name) => ({
        apiVersion: 'external-secrets.io/v1',
        kind: 'ExternalSecret',
        metadata: { name },
        spec: { dataFrom: [{ extract: { key: `dormouse/${name}` } }] },
      })),
    },
  };
}

/** The same entries without a slash, for stores whose names have none: Google's Secret Manager. */
export function dashedSecretsComponent(base: Base): Component {
  return {
    purpose: 'Entries of the store named dormouse-NAME instead of dormouse/NAME.',
    patches: namesOf(base).map((name) => ({
      target: { group: 'external-secrets.io', kind: 'ExternalSecret', name },
      operations: [{ op: 'replace', path: '/spec/dataFrom/0/extract/key', value: `dormouse-${name}` }],
    })),
  };
}
