import type { Cluster } from './kn.ts';
import type { LiveRevision, Target } from './traffic.ts';

/** A fake of kn and Knative's traffic splitting; an apply creates a new revision while `differs`. */
export function pretended() {
  const state = {
    spec: undefined as Target[] | undefined,
    revisions: 0,
    differs: true,
    commands: [] as string[],
    annotations: {} as Record<string, string>,
    gone: new Set<string>(),
  };
  const nameOf = (number: number) => `posts-${String(number).padStart(5, '0')}`;
  const latest = () => nameOf(state.revisions);
  const values = (args: readonly string[], flag: string) =>
    args.flatMap((arg, index) => (arg === flag ? [args[index + 1]!.split('=')] : []));
  const change = (args: readonly string[]) => {
    const targets: Target[] = structuredClone(state.spec!);
    for (const [tag] of values(args, '--untag')) delete targets.find((each) => each.tag === tag)!.tag;
    for (const [revision, tag] of values(args, '--tag')) {
      if (targets.some((each) => each.tag === tag)) throw new Error('refusing to overwrite existing tag in service');
      const untagged = targets.find((each) => each.revisionName === revision && !each.tag);
      if (untagged) untagged.tag = tag!;
      else targets.push({ revisionName: revision!, tag: tag!, percent: 0 });
    }
    const shares = values(args, '--traffic');
    if (shares.length > 0) for (const target of targets) target.percent = 0;
    for (const [who, percent] of shares) {
      const known = targets.find(
        ({ tag, revisionName, latestRevision }) =>
          who === tag || who === revisionName || (who === '@latest' && latestRevision),
      );
      if (known) known.percent = Number(percent);
      else
        targets.push({
          ...(who === '@latest' ? { latestRevision: true } : { revisionName: who! }),
          percent: Number(percent),
        });
    }
    state.spec = targets.filter(({ tag, percent }) => tag || percent);
  };
  const cluster: Cluster = {
    service: async () =>
      state.spec && {
        metadata: { annotations: state.annotations },
        spec: { traffic: state.spec },
        status: {
          latestReadyRevisionName: latest(),
          traffic: state.spec.map((each) => (each.latestRevision ? { ...each, revisionName: latest() } : each)),
        },
      },
    revisions: async () =>
      Array.from({ length: state.revisions }, (_, index) => ({
        metadata: {
          name: nameOf(index + 1),
          labels: { 'serving.knative.dev/configurationGeneration': String(index + 1) },
        },
        status: { conditions: [{ type: 'Ready', status: 'True' }] },
      })).filter(({ metadata }) => !state.gone.has(metadata.name)) satisfies LiveRevision[],
    run: async (command) => {
      state.commands.push(command.join(' '));
      if (command[1] === 'annotate') Object.assign(state.annotations, Object.fromEntries([command.at(-1)!.split('=')]));
      else if (command[2] === 'apply') {
        state.revisions += state.differs || !state.spec ? 1 : 0;
        state.spec ??= [{ latestRevision: true, percent: 100 }];
      } else if (command[2] === 'update') change(command);
    },
  };
  const shares = async () =>
    Object.fromEntries((await cluster.service())!.status!.traffic!.map((each) => [each.revisionName, each.percent]));
  return { state, cluster, shares };
}
