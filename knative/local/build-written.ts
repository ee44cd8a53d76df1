import type { Source } from '@dormouse/manifests/source';
import { objectAt, type SourceObject } from '@dormouse/manifests/source-objects';
import { ManifestError } from '@dormouse/manifests/yaml/origin';
import type { Bundle } from '@dormouse/serving/process/bundle';

export interface Built {
  source: Source;
  bundles: Map<string, Bundle>;
}

/**
 * Builds all programs. An object that was written and whose image has no program is set aside, as a cluster cannot pull an image:
 * its Service goes on as it was before, if it was.
 * @param running what runs now
 * @throws ManifestError about the files
 */
export async function buildWritten(
  source: Source,
  running: Source | undefined,
  build: (source: Source) => Promise<Map<string, Bundle>>,
): Promise<Built> {
  for (let left = source; ; ) {
    try {
      return { source: left, bundles: await build(left) };
    } catch (error) {
      const object = error instanceof ManifestError ? objectAt(left.objects ?? [], error.origin) : undefined;
      if (!object?.written || object.problem !== undefined) throw error;
      left = without(left, object, { running, problem: `Unable to fetch image: ${(error as ManifestError).problem}` });
    }
  }
}

const asItWas = ' (as it was)';

function without(
  source: Source,
  object: SourceObject,
  { running, problem }: { running: Source | undefined; problem: string },
): Source {
  const { platform, objects = [] } = source;
  const kept = <T extends { origin: { file: string } }>(all: readonly T[]) =>
    all.filter(({ origin }) => origin.file !== object.origin.file);
  const set = platform.services.filter(({ origin }) => origin.file === object.origin.file);
  // Its origin is no longer that of the object: nothing is wrong with what runs.
  const before = set.flatMap(({ namespace, name }) => {
    const found = running?.platform.services.find((each) => each.namespace === namespace && each.name === name);
    return found
      ? { ...found, origin: { ...found.origin, file: `${found.origin.file.replace(asItWas, '')}${asItWas}` } }
      : [];
  });
  return {
    ...source,
    platform: {
      ...platform,
      services: [...kept(platform.services), ...before],
      jobs: kept(platform.jobs),
      workers: kept(platform.workers),
    },
    objects: objects.map((each) => (each.key === object.key ? { ...each, problem } : each)),
  };
}
