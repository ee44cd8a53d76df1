import { redisAdmin, redisExporter, redisRules } from '@dormouse/runtime/redis-users';
import { type Component, type Patch, serviceTarget, yaml } from './component.ts';
import type { Base, DeployedFunction } from './read-functions.ts';

/** Accounts, and who gets the Secret of which database; every-service.yaml then adds what all functions have in common. */
export function baseComponent({ functions }: Base): Component {
  const services = functions.filter(({ kind }) => kind === 'Service');
  const producers = functions.filter(({ signsEvents }) => signsEvents).map(({ name }) => name);
  const owners = functions.filter(({ hasDatabase }) => hasDatabase).map(({ name }) => name);
  return {
    purpose:
      'An account for each function; its database, if it has migrations; keys for its events, if it emits any; its user of Redis.',
    resources: { 'accounts.yaml': functions.map(account) },
    patches: [...services.map(environment), passwords(owners)],
    files: {
      'platform.yaml': yaml({
        secrets: Object.fromEntries([...owners.map(recipe), ...producers.map(signing), ...users(services)]),
      }),
    },
  };
}

const account = ({ name, asksKubernetes }: DeployedFunction) => ({
  apiVersion: 'v1',
  kind: 'ServiceAccount',
  metadata: { name },
  automountServiceAccountToken: asksKubernetes,
});

/** Every-service.yaml adds to the list. Without REDIS_URL caches are in process memory and rate limits in the database. */
const environment = ({ name, hasDatabase, signsEvents }: DeployedFunction): Patch => ({
  target: serviceTarget(name),
  operations: [
    {
      op: 'add',
      path: '/spec/template/spec/containers/0/envFrom',
      value: [hasDatabase && `${name}-database`, signsEvents && `${name}-event-signing`]
        .filter((secret) => secret !== false)
        .map((secret): object => ({ secretRef: { name: secret } }))
        .concat({ secretRef: { name: `${name}-redis`, optional: true } }),
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

/** Users of Redis: one for each function, who has the keys and channels that begin with its name; for people; for redis_exporter. */
const users = (services: readonly DeployedFunction[]): [string, object][] =>
  [
    ...services.map(({ name }) => ({ secret: `${name}-redis`, user: name })),
    { secret: 'redis-admin', user: redisAdmin },
    { secret: 'redis-exporter', user: redisExporter },
  ].map(({ secret, user }) => [secret, { redis: { user, rules: redisRules(user) } }]);
