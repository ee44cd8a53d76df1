import { programOf } from '@dormouse/manifests/local-config';
import type { Container } from '@dormouse/manifests/model';
import type { Source } from '@dormouse/manifests/source';
import { ManifestError, type Origin } from '@dormouse/manifests/yaml/origin';
import type { Builder, Bundle } from './bundle.ts';

/** Programs of every Service and Job, at once. Keys are `namespace/name`, those of Jobs `job namespace/name`. */
export async function buildAll(
  { platform, localConfig }: Source,
  builder: Builder,
  root: string,
  progress: (line: string) => void,
): Promise<Map<string, Bundle>> {
  const wanted: { key: string; container: Container; origin: Origin }[] = [
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
  const built = await Promise.all(
    wanted.map(async ({ key, container: { image, command }, origin }) => {
      if (command.length > 0)
        throw new ManifestError(origin, 'command: the program of the image is run here; use args');
      const program = programOf(image, localConfig, root);
      if (!program)
        throw new ManifestError(origin, `${image}: no program is known for this image; name it in platform.yaml`);
      return [key, await builder.build(program.program, program.files)] as const;
    }),
  );
  const fresh = built.filter(([, bundle]) => bundle.fresh).map(([key]) => key.replace(/^.*\//, ''));
  if (fresh.length > 0) progress(`functions built: ${fresh.join(', ')}`);
  return new Map(built);
}
