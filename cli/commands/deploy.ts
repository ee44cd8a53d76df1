import { buildCommand } from '@stricli/core';
import type { Context } from '../context.ts';
import { overlayNames, serviceNames } from '../names.ts';
import { argument, flag, httpAddress, option, percentages, wholeNumber } from '../parameters.ts';
import { UsageError } from '../usage-error.ts';

interface Flags {
  overlay?: string;
  image?: string;
  namespace?: string;
  tag?: string;
  traffic?: number;
  canary?: boolean;
  prometheus?: string;
  steps?: number[];
  stepSeconds?: number;
  minRequests?: number;
  patience?: number;
  appliedElsewhere?: boolean;
  promote?: boolean;
  rollback?: boolean;
  untag?: string;
  to?: string;
  waitTimeout?: number;
  dryRun?: boolean;
  output?: string;
}

/** `dormouse deploy FUNCTION` */
export const deploy = buildCommand({
  docs: {
    brief: 'Deploys one function to the cluster that kn talks to',
    fullDescription: [
      'Deploys one function to the cluster that kn talks to, and shows the commands by which it does.',
      '',
      '  dormouse deploy posts                              all requests go to the new revision once it is ready',
      '  dormouse deploy posts --tag canary --traffic 10    a tenth of them; the rest stays where it is',
      '  dormouse deploy posts --tag pr-7 --traffic 0       none of them: a preview, under an address of its own',
      '  dormouse deploy posts --canary                     1 %, then more while it keeps the objectives; else taken back',
      '  dormouse deploy posts --promote                    all of them to the canary',
      '  dormouse deploy posts --rollback                   away from the canary, or back to the revision that served before',
    ].join('\n'),
  },
  parameters: {
    flags: {
      overlay: {
        ...option('NAME', 'One of knative/overlays (default: lab)'),
        proposeCompletions: overlayNames,
      },
      image: option('REF', "Instead of the overlay's image"),
      namespace: option('NAME', "Instead of the overlay's"),
      tag: option('NAME', 'Deploy as a canary of this name'),
      traffic: option('PERCENT', 'Share of the requests for the canary, 0 to 99 (default: 10)', wholeNumber(0, 99)),
      canary: flag(
        'Deploy as a canary that is promoted step by step, or taken back, by what Prometheus says of the objectives',
      ),
      prometheus: option('URL', 'With --canary: whom to ask (default: http://127.0.0.1:9090)', httpAddress),
      steps: option('PERCENT,…', 'With --canary: shares one after the other (default: 1,10,50)', percentages),
      stepSeconds: option('SECONDS', 'With --canary: how long each is watched at least (default: 60)', wholeNumber(1)),
      minRequests: option(
        'COUNT',
        'With --canary: how many requests it must answer in each (default: 20)',
        wholeNumber(1),
      ),
      patience: option(
        'SECONDS',
        'With --canary: after so long without them it is taken back (default: 1800)',
        wholeNumber(1),
      ),
      appliedElsewhere: flag(
        'With --canary: Argo CD has applied the revision, which has no requests yet; only split them',
      ),
      promote: flag('Give all requests to the canary'),
      rollback: flag('Take all requests from the canary, or go back to the revision that had them before'),
      to: option('REVISION', 'With --rollback: go back to this one'),
      untag: option('NAME', 'Take away the tag of a preview'),
      waitTimeout: option('SECONDS', 'How long to wait until a change is ready (default: 600)', wholeNumber(1)),
      dryRun: flag('Look at the cluster and change nothing'),
      output: option('FOLDER', 'Where the manifests are written (default: dist/deploy)'),
    },
    aliases: { n: 'namespace' },
    positional: {
      kind: 'tuple',
      parameters: [{ ...argument('FUNCTION', 'One of functions/'), proposeCompletions: serviceNames }],
    },
  },
  async loader() {
    const { deployFunction } = await import('@dormouse/deploy/deploy-function');
    return async function deployOne(this: Context, flags: Flags, name: string) {
      const {
        overlay = 'lab',
        traffic = 10,
        promote = false,
        rollback = false,
        dryRun = false,
        canary = false,
        untag,
      } = flags;
      const tag = flags.tag ?? (canary ? 'canary' : undefined);
      if ([promote, rollback, tag !== undefined, untag !== undefined].filter(Boolean).length > 1)
        throw new UsageError('--tag or --canary, --untag, --promote and --rollback exclude each other');
      if (canary && (flags.traffic !== undefined || dryRun))
        throw new UsageError('--canary has --steps instead of --traffic, and no --dry-run');
      const judging = ['prometheus', 'steps', 'stepSeconds', 'minRequests', 'patience', 'appliedElsewhere'] as const;
      if (!canary && judging.some((each) => flags[each] !== undefined))
        throw new UsageError(
          '--prometheus, --steps, --step-seconds, --min-requests, --patience and --applied-elsewhere need --canary',
        );
      const { image, namespace, output = 'dist/deploy', to, waitTimeout: waitSeconds } = flags;
      if (to !== undefined && !rollback) throw new UsageError('--to needs --rollback');
      await deployFunction(name, {
        overlay,
        image,
        namespace,
        tag,
        percent: traffic,
        judged: canary ? judgedBy(flags) : undefined,
        appliedElsewhere: flags.appliedElsewhere,
        promote,
        rollback,
        to,
        untag,
        waitSeconds,
        dryRun,
        output,
      });
    };
  },
});

const judgedBy = ({
  prometheus = 'http://127.0.0.1:9090',
  steps = [1, 10, 50],
  stepSeconds = 60,
  minRequests = 20,
  patience = 1800,
}: Flags) => ({
  prometheus,
  plan: { steps, stepMs: stepSeconds * 1000, minRequests, patienceMs: patience * 1000, lookMs: 2000 },
});
