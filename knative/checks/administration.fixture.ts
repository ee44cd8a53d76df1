import { join } from 'node:path';
import { render } from '@dormouse/manifests/kustomize/kustomize';
import type { Manifest } from './manifest.ts';

export const administration = join(import.meta.dirname, '../administration');

/** What an administrator applies of a folder of knative/administration. */
export const rendered = (folder: string): Manifest[] =>
  render(join(administration, folder)).map(({ manifest }) => manifest);
