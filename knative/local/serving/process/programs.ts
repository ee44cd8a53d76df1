import { createHash } from 'node:crypto';
import { statSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { nameOfImage, programOf } from '@dormouse/manifests/local-config';
import type { Container } from '@dormouse/manifests/model';
import type { Source } from '@dormouse/manifests/source';
import { ManifestError, type Origin } from '@dormouse/manifests/yaml/origin';
import type { Builder, Bundle } from './bundle.ts';
import { type FolderProgram, programInFolder, sourcesOf } from './folder-program.ts';

interface Wanted {
  key: string;
  container: Container;
  origin: Origin;
}

/** Programs of every Service and Job, at once. Keys are `namespace/name`, those of Jobs `job namespace/name`. */
export async function buildAll(
  { platform, localConfig }: Source,
  builder: Builder,
  root: string,
  progress: (line: string) => void,
): Promise<Map<string, Bundle>> {
  const wanted: Wanted[] = [
    ...platform.services.map(({ namespace, name, container, origin }) => ({
      key: `${namespace}/${name}`,
      container,
      origin,
    })),
    ...platform.jobs.map(({ namespace, name, container, origin }) => ({
      key: `job ${namespace}/${name}`,
      container,
      origin,
    })),
  ];
  const unknown = new Set(
    wanted.map(({ container }) => container.image).filter((image) => !programOf(image, localConfig, root)),
  );
  const built = await Promise.all(
    wanted.map(async ({ key, container: { image, command }, origin }) => {
      const program = programOf(image, localConfig, root);
      if (program && 'program' in program) {
        if (command.length > 0)
          throw new ManifestError(origin, 'command: the program of the image is run here; use args');
        return [key, await builder.build(program.program, program.files)] as const;
      }
      return [key, unbundled(program ?? inFolders({ image, command, origin }, unknown.size === 1))] as const;
    }),
  );
  const fresh = built.filter(([, bundle]) => bundle.fresh).map(([key]) => key.replace(/^.*\//, ''));
  if (fresh.length > 0) progress(`functions built: ${fresh.join(', ')}`);
  return new Map(built);
}

/**
 * The program of an image that platform.yaml does not name: that of a folder called as the image, beside the manifest or
 * one above; where there is only one such image, that of the manifest's own folder or the one above.
 */
function inFolders(
  { image, command, origin }: { image: string; command: readonly string[]; origin: Origin },
  only: boolean,
): FolderProgram {
  const name = nameOfImage(image);
  const beside = dirname(resolve(origin.file));
  const bases = [beside, dirname(beside)];
  const candidates = [...bases.map((base) => join(base, name)), ...(only ? bases : [])];
  for (const folder of candidates) {
    const found = programInFolder(folder, name);
    if (found) return found;
    if (command.length > 0 && folder.endsWith(`/${name}`) && statSync(folder, { throwIfNoEntry: false })?.isDirectory())
      return { folder, entry: command };
  }
  throw new ManifestError(
    origin,
    `${image}: no program is known for this image; name it in platform.yaml (or put it into ${join(dirname(origin.file), name)})`,
  );
}

/** What runs as it is; its hash changes with its sources. */
function unbundled(program: FolderProgram): Bundle {
  const inputs = sourcesOf(program);
  const stamps = inputs.map((file) => {
    const found = statSync(file, { throwIfNoEntry: false });
    return [file, found?.size, found?.mtimeMs];
  });
  const hash = createHash('sha256')
    .update(JSON.stringify([program, stamps]))
    .digest('hex');
  return { hash, entry: '', cache: '', inputs, contents: [], fresh: false, unbundled: program };
}
