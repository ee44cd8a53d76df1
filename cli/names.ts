import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const root = join(import.meta.dirname, '..');

const foldersWith = (folder: string, file: string): string[] =>
  readdirSync(join(root, folder)).filter((each) => existsSync(join(root, folder, each, file)));

/** Functions of this project. */
export const functionNames = (): string[] => foldersWith('functions', 'main.ts');

/** Functions of this project that are Knative Services: those that are no Job. */
export const serviceNames = (): string[] =>
  functionNames().filter((name) => {
    const manifest = join(root, 'knative/base', `${name}.yaml`);
    return existsSync(manifest) && readFileSync(manifest, 'utf8').includes('serving.knative.dev/');
  });

/** Overlays of this project. */
export const overlayNames = (): string[] => foldersWith('knative/overlays', 'kustomization.yaml');
