import type { Component, Patch } from './component.ts';
import type { Base, DeployedFunction } from './read-functions.ts';

/**
 * Fills in names of functions: those that have a database alone reach PostgreSQL, in both directions; those that call others reach the
 * gateway and other functions; those that emit events, and the relay, reach the Broker.
 */
export function networkPolicyComponent({ functions, keyHolder }: Base): Component {
  const services = functions.filter(({ kind }) => kind === 'Service');
  const names = (chosen: (each: DeployedFunction) => boolean) => services.filter(chosen).map(({ name }) => name);
  const owners = names(({ hasDatabase }) => hasDatabase);
  // Whom people ask checks their tokens, with keys that another function holds.
  const callers = names(({ name, calls, routes }) => calls.length > 0 || (routes.length > 0 && name !== keyHolder));
  const senders = names(({ name, signsEvents }) => signsEvents || name === 'relay');
  return {
    purpose: 'The functions that have a database, call others, or emit events.',
    patches: [
      fill('database', '/spec/podSelector', owners),
      fill('postgres', '/spec/ingress/0/from/0/podSelector', owners),
      fill('calls', '/spec/podSelector', callers),
      fill('requests', '/spec/ingress/0/from/2/podSelector', callers),
      fill('broker', '/spec/podSelector', senders),
    ],
  };
}

const fill = (name: string, selector: string, value: readonly string[]): Patch => ({
  target: { group: 'networking.k8s.io', kind: 'NetworkPolicy', name },
  operations: [{ op: 'replace', path: `${selector}/matchExpressions/0/values`, value }],
});
