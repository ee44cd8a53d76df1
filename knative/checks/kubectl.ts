import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { parseAllDocuments } from 'yaml';
import type { Manifest } from './manifest.ts';

/**
 * The objects that `kubectl apply -k` would apply.
 * @throws Error with kustomize's message
 */
export async function kustomize(folder: string): Promise<Manifest[]> {
  const { stdout } = await promisify(execFile)('kubectl', ['kustomize', folder], { maxBuffer: 1 << 26 }).catch(
    ({ stderr }: { stderr: string }) => {
      throw new Error(
        stderr
          .trim()
          .replace(/^.*?err="(.*)"$/s, '$1')
          .replaceAll('\\"', '"'),
      );
    },
  );
  return parseAllDocuments(stdout).map((document) => document.toJS() as Manifest);
}
