import { globSync } from 'node:fs';
import { basename } from 'node:path';
import { describe, expect, test } from 'vitest';
import { administration, rendered } from './administration.fixture.ts';
import { all, find, type Manifest } from './manifest.ts';
import { checkSchema } from './schema.ts';

interface Store {
  conditions?: { namespaces?: string[] }[];
  provider: Record<string, object>;
}

const names = globSync('stores/*', { cwd: administration })
  .map((each) => basename(each))
  .sort();

/** Every reference to a ServiceAccount, however deep a provider has it. */
function accountsIn(value: unknown): { name: string; namespace: string }[] {
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]) =>
    key === 'serviceAccountRef' ? [inner as { name: string; namespace: string }] : accountsIn(inner),
  );
}

test('there is an example for each', () => {
  expect(names).toEqual(['aws', 'gcp', 'vault']);
});

describe.each(names)('the store %s', (name) => {
  const manifests = rendered(`stores/${name}`);
  const [store, ...more] = all<Store>(manifests, 'ClusterSecretStore.external-secrets.io');

  test('is what the operator takes', async () => {
    expect((await Promise.all(manifests.map(checkSchema))).flat()).toEqual([]);
    expect(more).toEqual([]);
  });

  test('is the one that ExternalSecrets name, open to the namespace of the blog alone', () => {
    expect([store!.metadata.name, store!.metadata.namespace]).toEqual(['dormouse', undefined]);
    expect(store!.spec.conditions).toEqual([{ namespaces: ['dormouse'] }]);
  });

  test('shows who it is by the token of an account of its own, and holds no password', () => {
    const accounts = accountsIn(store!.spec.provider);
    expect(accounts).toMatchObject([{ name: 'dormouse-secrets', namespace: 'external-secrets' }]);
    const account = find(manifests, 'ServiceAccount', accounts[0]!.namespace, accounts[0]!.name);
    expect(account).toMatchObject({ automountServiceAccountToken: false });
    expect(JSON.stringify(store)).not.toMatch(/secretRef|SecretRef|token"|password/i);
  });

  test('is seen to be wrong when a field is', async () => {
    const wrong = structuredClone(store!) as Manifest & { spec: Store };
    const [provider] = Object.values(wrong.spec.provider) as [Record<string, unknown>];
    provider.sevrer = 'https://example.org';
    expect((await checkSchema(wrong)).map(({ problem }) => problem)).toEqual(['is not a field of this kind']);
  });
});
