import type { Component, Patch } from './component.ts';
import type { Base } from './read-functions.ts';

/** Fills in which functions have a database: they alone reach PostgreSQL, in both directions. */
export function networkPolicyComponent({ functions }: Base): Component {
  const value = functions.filter(({ hasDatabase }) => hasDatabase).map(({ name }) => name);
  const fill = (name: string, path: string): Patch => ({
    target: { group: 'networking.k8s.io', kind: 'NetworkPolicy', name },
    operations: [{ op: 'replace', path, value }],
  });
  return {
    purpose: 'The functions that have a database.',
    patches: [
      fill('database', '/spec/podSelector/matchExpressions/0/values'),
      fill('postgres', '/spec/ingress/0/from/0/podSelector/matchExpressions/0/values'),
    ],
  };
}
