import { existsSync, readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { needs, skippedFor } from '@dormouse/tests/needs';
import { Ajv } from 'ajv';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { rendered } from './administration.fixture.ts';
import { kustomize } from './kubectl.ts';
import type { Manifest } from './manifest.ts';
import { withComponents } from './with-components.fixture.ts';

/** The packages that `schema.ts` reads are made from Go types; here are the definitions that the operators bring, where Go has fetched their modules. */
const modules = join(process.env.GOMODCACHE ?? join(homedir(), 'go/pkg/mod'), 'github.com');
const argo = join(modules, 'argoproj/argo-cd/v3@v3.2.11/manifests/crds');
const secrets = join(modules, 'external-secrets/external-secrets@v0.16.2/config/crds/bases');
const fetched = (name: string, folder: string) => skippedFor(existsSync(folder) ? [] : [`the Go module ${name}`]);

interface Schema {
  type?: string;
  properties?: Record<string, Schema>;
  additionalProperties?: unknown;
  items?: Schema;
  'x-kubernetes-preserve-unknown-fields'?: boolean;
  'x-kubernetes-int-or-string'?: boolean;
}

/** With no unknown fields, as the API server has it with `--validate=strict`. */
function closed(schema: Schema): Schema {
  const { properties, items, additionalProperties } = schema;
  if (schema['x-kubernetes-preserve-unknown-fields'] || schema['x-kubernetes-int-or-string'])
    return { ...schema, properties: undefined } as unknown as Schema;
  return {
    ...schema,
    ...(properties && {
      properties: Object.fromEntries(Object.entries(properties).map(([name, each]) => [name, closed(each)])),
      additionalProperties: false,
    }),
    ...(items && { items: closed(items) }),
    ...(typeof additionalProperties === 'object' && { additionalProperties: closed(additionalProperties as Schema) }),
  };
}

/** What a definition says against the spec of an object. */
function problemsOf(file: string, manifest: Manifest): unknown {
  const { spec } = parse(readFileSync(file, 'utf8')) as {
    spec: { versions: { name: string; served: boolean; schema: { openAPIV3Schema: Schema } }[] };
  };
  const version = spec.versions.find(({ name, served }) => served && manifest.apiVersion.endsWith(`/${name}`));
  if (!version) return `${manifest.apiVersion} is not served`;
  const ajv = new Ajv({ strict: false, validateFormats: false, logger: false });
  ajv.validate(closed(version.schema.openAPIV3Schema.properties!.spec!), manifest.spec);
  return ajv.errors?.map(({ instancePath, message, params }) => `${instancePath} ${message} ${JSON.stringify(params)}`);
}

describe(
  "External Secrets' own definitions",
  fetched('github.com/external-secrets/external-secrets v0.16.2', secrets),
  () => {
    test.each(['vault', 'aws', 'gcp'])('take the store for %s', (name) => {
      const [store] = rendered(`stores/${name}`).filter(({ kind }) => kind === 'ClusterSecretStore');
      expect(problemsOf(join(secrets, 'external-secrets.io_clustersecretstores.yaml'), store!)).toBeUndefined();
    });

    test('take every ExternalSecret, and not a field that none has', () => {
      const file = join(secrets, 'external-secrets.io_externalsecrets.yaml');
      const all = withComponents('components/external-secrets', 'components/external-secrets/dashes')
        .map(({ manifest }) => manifest as Manifest)
        .filter(({ kind }) => kind === 'ExternalSecret');
      expect(all.length).toBeGreaterThan(10);
      for (const each of all) expect(problemsOf(file, each)).toBeUndefined();
      expect(problemsOf(file, { ...all[0]!, spec: { ...(all[0]!.spec as object), store: 'x' } })).toHaveLength(1);
    });
  },
);

describe("Argo CD's own definitions", fetched('github.com/argoproj/argo-cd/v3 v3.2.11', argo), () => {
  const files: Readonly<Record<string, string>> = {
    Application: 'application-crd.yaml',
    AppProject: 'appproject-crd.yaml',
  };
  test.each(['kind', 'kind-data', 'lab', 'staging', 'production', 'argo-cd'])(
    'take what is in knative/gitops/%s',
    needs('kubectl'),
    async (name) => {
      const all = (await kustomize(join(import.meta.dirname, '../gitops', name))).filter(({ kind }) => kind in files);
      expect(all.length).toBeGreaterThan(0);
      for (const each of all) expect(problemsOf(join(argo, files[each.kind]!), each)).toBeUndefined();
      const wrong = { ...all[0]!, spec: { ...(all[0]!.spec as object), sources: { path: 1 } } };
      expect(problemsOf(join(argo, files[wrong.kind]!), wrong)).toBeDefined();
    },
  );
});
