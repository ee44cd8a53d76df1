import { RE2JS } from 're2js';
import type { Origin } from '../yaml/origin.ts';
import { visitFields } from './field-spec.ts';
import { idOf, type Resource } from './resource.ts';

/** One entry of a kustomization's `images`. */
export interface ImageChange {
  /** The image's name without tag and digest; a regular expression to kustomize, so here too. */
  name: string;
  newName: string | undefined;
  newTag: string | undefined;
  digest: string | undefined;
  origin: Origin;
}

/** Where kustomize looks for images in objects of any kind: Pods, and what has a Pod template (Knative Services and Jobs do). */
const fields = [
  'spec/containers[]/image',
  'spec/initContainers[]/image',
  'spec/template/spec/containers[]/image',
  'spec/template/spec/initContainers[]/image',
];

/** Changes name, tag or digest of every image that has this name. A new tag removes a digest, and a digest a tag, unless both are given. */
export function changeImages(resources: readonly Resource[], change: ImageChange): void {
  const expression = RE2JS.compile(`${change.name}(:[a-zA-Z0-9_.{}-]*)?(@sha256:[a-zA-Z0-9_.{}-]*)?`);
  for (const resource of resources) {
    if (resource.manifest.kind === 'CustomResourceDefinition') continue;
    for (const path of fields) {
      visitFields(
        resource.manifest,
        idOf(resource),
        { path, create: false },
        {
          origin: change.origin,
          visit: (image, set) => {
            if (typeof image === 'string' && expression.matches(image)) set(changed(image, change), change.origin);
          },
        },
      );
    }
  }
}

function changed(image: string, { newName, newTag, digest }: ImageChange): string {
  const [, name = image, tag, before] = /^([^/]*\/.*?[^:@]*?|[^/:@]*)(?::([^@]*))?(?:@(.*))?$/.exec(image) ?? [];
  const replaced = newTag !== undefined || digest !== undefined;
  const nextTag = replaced ? newTag : tag;
  const nextDigest = replaced ? digest : before;
  return `${newName ?? name}${nextTag ? `:${nextTag}` : ''}${nextDigest ? `@${nextDigest}` : ''}`;
}
