import { createHash } from 'node:crypto';
import { existsSync, statSync } from 'node:fs';
import { dirname, join, resolve, sep } from 'node:path';
import { nameOfImage, programOf } from '@dormouse/manifests/local-config';
import type { Container } from '@dormouse/manifests/model';
import type { Source } from '@dormouse/manifests/source';
import { isWritten } from '@dormouse/manifests/source-objects';
import { ManifestError, type Origin } from '@dormouse/manifests/yaml/origin';
import type { Builder, Bundle } from './bundle.ts';
import { type FolderProgram, programInFolder, sourcesOf } from './folder-program.ts';

interface Wanted {
  key: string;
  /** Name of a container that is not the one that is served. */
  beside?: string;
  container: Container;
  origin: Origin;
}

/** Programs of every Service, Job, JobSink and worker, at once. Keys are `namespace/name`, behind `job `, `job-sink ` and `worker ` for the others. */
export async function buildAll(
  { platform, localConfig }: Source,
  builder: Builder,
  root: string,
  progress: (line: string) => void,
): Promise<Map<string, Bundle>> {
  const wanted: Wanted[] = [
    ...platform.services.flatMap(({ namespace, name, container, sidecars = [], initContainers = [], origin }) => {
      const key = `${namespace}/${name}`;
      const others = [...sidecars, ...initContainers].map((each) => ({ key, beside: each.name, ...each, origin }));
      return [{ key, container, origin }, ...others];
    }),
    ...platform.jobs.map(({ namespace, name, container, origin }) => ({
      key: `job ${namespace}/${name}`,
      container,
      origin,
    })),
    ...platform.jobSinks.map(({ namespace, name, job, origin }) => ({
      key: `job-sink ${namespace}/${name}`,
      container: job.container,
      origin,
    })),
    ...platform.workers.map(({ namespace, name, container, origin }) => ({
      key: `worker ${namespace}/${name}`,
      container,
      origin,
    })),
  ];
  // A stranger's Service may be called as a function of the project.
  const known = (image: string, { file }: Origin) =>
    programOf(image, localConfig, resolve(file).startsWith(resolve(root) + sep) ? root : undefined);
  const unknown = new Set(
    wanted
      .filter(({ container, origin }) => !known(container.image, origin) && !isWritten(origin))
      .map(({ container }) => container.image),
  );
  const built = await Promise.all(
    wanted.map(async ({ key, beside, container: { image, command }, origin }) => {
      const program = known(image, origin);
      if (program && 'program' in program) {
        if (command.length > 0)
          throw new ManifestError(origin, 'command: the program of the image is run here; use args');
        return { key, beside, bundle: await builder.build(program.program, program.files) };
      }
      const folder = program ?? inFolders({ image, command, origin }, unknown.size === 1 && !isWritten(origin));
      return { key, beside, bundle: unbundled(folder) };
    }),
  );
  const fresh = built.filter(({ bundle }) => bundle.fresh).map(({ key }) => key.replace(/^.*\//, ''));
  if (fresh.length > 0) progress(`functions built: ${fresh.join(', ')}`);
  const besides = built.filter(({ beside }) => beside !== undefined);
  return new Map(
    built
      .filter(({ beside }) => beside === undefined)
      .map(({ key, bundle }) => [
        key,
        withOthers(
          bundle,
          besides.filter((each) => each.key === key),
        ),
      ]),
  );
}

/** A change of any of the programs is one of the whole. */
function withOthers(bundle: Bundle, others: readonly { beside: string | undefined; bundle: Bundle }[]): Bundle {
  if (others.length === 0) return bundle;
  const hashes = [bundle, ...others.map((each) => each.bundle)].map(({ hash }) => hash);
  return {
    ...bundle,
    hash: createHash('sha256').update(JSON.stringify(hashes)).digest('hex'),
    inputs: [...bundle.inputs, ...others.flatMap((each) => each.bundle.inputs)],
    beside: Object.fromEntries(others.map((each) => [each.beside, each.bundle])),
  };
}

/**
 * The program of an image that platform.yaml does not name: that of a folder called as the image, beside the manifest or
 * above it in its repository; where there is only one such image, that of the manifest's own folder or the one above.
 */
function inFolders(
  { image, command, origin }: { image: string; command: readonly string[]; origin: Origin },
  only: boolean,
): FolderProgram {
  const name = nameOfImage(image);
  const bases = above(dirname(resolve(origin.file)));
  const candidates = [...bases.map((base) => join(base, name)), ...(only ? bases.slice(0, 2) : [])];
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

const maxFolders = 4;

/** The folder and those above it, up to the one of the repository. */
function above(folder: string): string[] {
  const folders = [folder];
  while (folders.length < maxFolders && !existsSync(join(folders.at(-1)!, '.git')))
    folders.push(dirname(folders.at(-1)!));
  return folders;
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
