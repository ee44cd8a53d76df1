import type { Service } from '@dormouse/manifests/model';
import type { BuiltObject, Condition } from './object-parts.ts';

/** What is known of a Service that runs, beside its manifest. */
export interface ServiceState {
  /** Address for clients outside of the cluster, and of a tag; undefined for a cluster-local Service. */
  url(tag?: string): string | undefined;
  latestCreated: string;
  /** Undefined: none has ever been ready. */
  latestReady: string | undefined;
  /** The latest revision does not start. */
  failed: { revision: string; words: string } | undefined;
  /** The latest revision has still to start. */
  coming: boolean;
  traffic: readonly {
    revision: string;
    latest: boolean;
    missing: boolean;
    percent: number;
    tag: string | undefined;
  }[];
  /** Those that are remembered, the newest last; `template` as JSON. */
  revisions?: readonly { name: string; generation: number; template: string }[];
}

/**
 * A Service with its addresses, revisions and traffic, as Knative's controller writes them. Its environment stays out: it may
 * hold what is not for everybody.
 * @param state undefined: it does not run here
 */
export function serviceObject(service: Service, state: ServiceState | undefined): BuiltObject {
  const { name, namespace, container, containerConcurrency, timeoutMs, revisionName, traffic } = service;
  const inCluster = `http://${name}.${namespace}.svc.cluster.local`;
  return {
    apiVersion: 'serving.knative.dev/v1',
    kind: 'Service',
    metadata: { name, namespace },
    spec: {
      template: {
        ...(revisionName && { metadata: { name: revisionName } }),
        spec: { containerConcurrency, timeoutSeconds: timeoutMs / 1000, containers: [{ image: container.image }] },
      },
      traffic: (traffic ?? [{ percent: 100 }]).map(({ revision, percent, tag }) => ({
        ...(revision ? { revisionName: revision } : { latestRevision: true }),
        percent,
        ...(tag && { tag }),
      })),
    },
    status: {
      url: state?.url() ?? inCluster,
      address: { url: inCluster },
      ...(state && revisionsOf(state)),
      ...(state && {
        traffic: state.traffic.filter(({ missing }) => !missing).map((each) => trafficOf(each, service, state)),
      }),
      conditions: conditionsOf(name, state),
    },
  };
}

const revisionsOf = ({ latestCreated, latestReady }: ServiceState) => ({
  latestCreatedRevisionName: latestCreated,
  ...(latestReady && { latestReadyRevisionName: latestReady }),
});

const trafficOf = (
  { revision, latest, percent, tag }: ServiceState['traffic'][number],
  { name, namespace }: Service,
  { url }: ServiceState,
) => ({
  revisionName: revision,
  latestRevision: latest,
  percent,
  ...(tag && { tag, url: url(tag) ?? `http://${tag}-${name}.${namespace}.svc.cluster.local` }),
});

/**
 * Conditions of a Service whose next revision does not come up, in Knative's words.
 * @param before what it had before
 */
export function failedService(
  name: string,
  before: Pick<BuiltObject['status'], string> | undefined,
  words: string,
): Condition[] {
  const created = /-(\d{5,})$/.exec(String(before?.latestCreatedRevisionName ?? ''))?.[1] ?? '0';
  const revision = `${name}-${String(Number(created) + 1).padStart(5, '0')}`;
  return conditionsOf(name, {
    ...{ url: () => undefined, latestCreated: revision, failed: { revision, words }, coming: false, traffic: [] },
    latestReady: before?.latestReadyRevisionName as string | undefined,
  });
}

/** Conditions with Knative's reasons and messages (pkg/apis/serving/v1/configuration_lifecycle.go, route_lifecycle.go). */
function conditionsOf(name: string, state: ServiceState | undefined): Condition[] {
  const configuration = configurationOf(name, state);
  const gone = state?.traffic.find(({ missing }) => missing)?.revision;
  const route: Problem | undefined = gone
    ? {
        status: 'False',
        reason: 'RevisionMissing',
        message: `Revision "${gone}" referenced in traffic not found.`,
      }
    : state && !state.latestReady
      ? {
          status: 'False',
          reason: 'RevisionMissing',
          message: `Configuration "${name}" does not have any ready Revision.`,
        }
      : undefined;
  const ready = [configuration, route].find((each) => each?.status === 'False') ?? configuration ?? route;
  return [condition('ConfigurationsReady', configuration), condition('Ready', ready), condition('RoutesReady', route)];
}

type Problem = Omit<Condition, 'type'>;

const condition = (type: string, problem: Problem | undefined): Condition => ({
  type,
  ...(problem ?? { status: 'True' as const }),
});

function configurationOf(name: string, state: ServiceState | undefined): Problem | undefined {
  if (state?.failed) {
    const { revision, words } = state.failed;
    return {
      status: 'False',
      reason: 'RevisionFailed',
      message: `Revision "${revision}" failed with message: ${words}.`,
    };
  }
  return state?.coming
    ? { status: 'Unknown', message: `Configuration "${name}" is waiting for a Revision to become ready.` }
    : undefined;
}
