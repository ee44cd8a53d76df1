import { type Component, type Patch, serviceTarget, yaml } from './component.ts';
import type { Base, DeployedFunction } from './read-functions.ts';

/** Accounts, and who gets the Secret of which database; every-service.yaml then adds what all functions have in common. */
export function baseComponent({ functions }: Base): Component {
  const producers = functions.filter(({ signsEvents }) => signsEvents).map(({ name }) => name);
  const owners = functions.filter(({ hasDatabase }) => hasDatabase).map(({ name }) => name);
  return {
    purpose: 'An account for each function; its database, if it has migrations; keys for its events, if it emits any.',
    resources: { 'accounts.yaml': functions.map(account) },
    patches: [...functions.filter(({ kind }) => kind === 'Service').map(environment), passwords(owners)],
    files: {
      'platform.yaml': yaml({ secrets: Object.fromEntries([...owners.map(recipe), ...producers.map(signing)]) }),
    },
  };
}

const account = ({ name, asksKubernetes }: DeployedFunction) => ({
  apiVersion: 'v1',
  kind: 'ServiceAccount',
  metadata: { name },
  automountServiceAccountToken: asksKubernetes,
});

/** The list is there even if it is empty: every-service.yaml adds to it. */
const environment = ({ name, hasDatabase, signsEvents }: DeployedFunction): Patch => ({
  target: serviceTarget(name),
  operations: [
    {
      op: 'add',
      path: '/spec/template/spec/containers/0/envFrom',
      value: [hasDatabase && `${name}-database`, signsEvents && `${name}-event-signing`]
        .filter((secret) => secret !== false)
        .map((secret) => ({ secretRef: { name: secret } })),
    },
  ],
});

/** The migration Job gives each role the password of its own Secret. */
const passwords = (owners: readonly string[]): Patch => ({
  target: { group: 'batch', kind: 'Job', name: 'migrate' },
  operations: owners.map((name) => ({
    op: 'add',
    path: '/spec/template/spec/containers/0/envFrom/-',
    value: { prefix: `${name.toUpperCase()}_`, secretRef: { name: `${name}-database` } },
  })),
});

/** On the local platform the Secret is the URL of the role. */
const recipe = (name: string): [string, object] => [`${name}-database`, { database: name }];

/** The keys that sign its events. */
const signing = (name: string): [string, object] => [`${name}-event-signing`, { signs: `/${name}` }];
