import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll } from 'vitest';
import type { Rendered } from '../yaml/origin.ts';
import { readYaml } from '../yaml/read-yaml.ts';

/** Files by path; a value that is no text is written as JSON, which YAML includes. */
export type Files = Readonly<Record<string, string | Buffer | object>>;

const made: string[] = [];
afterAll(() => {
  for (const folder of made) rmSync(folder, { recursive: true, force: true });
});

/** Writes files to a new folder, which is removed after the tests, and answers its path. */
export function folderOf(files: Files): string {
  const folder = mkdtempSync(join(tmpdir(), 'kustomization-'));
  made.push(folder);
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(
      join(folder, path),
      typeof content === 'string' || Buffer.isBuffer(content) ? content : JSON.stringify(content, null, 2),
    );
  }
  return folder;
}

/** Meshes, certificates and policies are a cluster's own: overlays that have them are rendered by `kubectl` alone. */
export const byKubectlAlone = (overlay: string): boolean => /^(staging|production|.*-mesh)$/.test(overlay);

type Objects = Record<string, unknown>;

const byName = (
  objects: readonly { apiVersion?: unknown; kind?: unknown; metadata?: { namespace?: string; name?: string } }[],
): Objects =>
  Object.fromEntries(
    objects.map((object) => [
      `${object.apiVersion} ${object.kind} ${object.metadata?.namespace ?? ''}/${object.metadata?.name}`,
      object,
    ]),
  );

/** The objects of `kubectl kustomize`, by kind and name. */
export function renderedByKubectl(folder: string): Objects {
  const text = execFileSync('kubectl', ['kustomize', folder], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
  return byName(readYaml(text, 'kubectl').map(({ value }) => value as object));
}

/** Rendered objects, by kind and name. */
export const objectsOf = (rendered: readonly Rendered[]): Objects => byName(rendered.map(({ manifest }) => manifest));

/** A manifest with little in it. */
export const configMap = (name: string, data: Readonly<Record<string, string>> = {}) => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name },
  data,
});

/** A Knative Service with little in it. */
export const service = (name: string, container: object = {}) => ({
  apiVersion: 'serving.knative.dev/v1',
  kind: 'Service',
  metadata: { name },
  spec: { template: { spec: { containers: [{ image: `dev.local/${name}:dev`, ...container }] } } },
});
