import type { KubernetesApiOptions, Shown } from '@dormouse/kubernetes-api/kubernetes-api';
import { checkWritten, keyOf, type SourceObject, withWritten } from '@dormouse/manifests/source-objects';
import type { PlatformContext } from './platform-context.ts';

/** What the Kubernetes API shows, and where it writes to; a platform made by hand cannot be written to. */
export function objectsOf(context: PlatformContext): Pick<KubernetesApiOptions, 'shown' | 'writing'> {
  const { written } = context;
  const files = () => {
    const { rendered, folder = '' } = context.source;
    return rendered && { rendered, folder };
  };
  let made: { of: readonly unknown[]; desired: readonly SourceObject[] } | undefined;
  /** Files and what was written, as of now. */
  const desired = () => {
    const { rendered, folder } = files() ?? {};
    if (!rendered) return context.source.objects;
    const of = [rendered, ...written.all()];
    if (!made || made.of.length !== of.length || made.of.some((each, index) => each !== of[index]))
      made = { of, desired: withWritten(rendered, written.all(), folder ?? '') };
    return made.desired;
  };
  return {
    shown: (): Shown => ({
      ...{ platform: context.running.platform, running: context.running.objects },
      ...{ desired: desired(), failure: context.failure },
    }),
    ...(files() && {
      writing: {
        written,
        declared: (key) => files()?.rendered.find(({ manifest }) => keyOf(manifest) === key)?.manifest,
        check: (objects, key) => checkWritten(files()!, objects, key),
        ready: () => context.rewritten !== undefined,
        changed: () => context.rewritten?.(),
      },
    }),
  };
}
