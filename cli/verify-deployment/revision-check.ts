import { type Check, demand, NotChecked } from './check.ts';

interface Services {
  items?: {
    metadata: { name: string };
    status?: {
      conditions?: { type: string; status: string; message?: string }[];
      latestCreatedRevisionName?: string;
      latestReadyRevisionName?: string;
      traffic?: { revisionName?: string; percent?: number }[];
    };
  }[];
}

type Service = NonNullable<Services['items']>[number];

/** Which revisions have the requests, as Kubernetes says; no address of the blog tells it. */
export const revisionCheck: Check = {
  name: 'revisions',
  async ask({ kubernetes }) {
    if (!kubernetes) throw new NotChecked('no --kubernetes');
    const { url, namespace } = kubernetes;
    const response = await fetch(`${url}/apis/serving.knative.dev/v1/namespaces/${namespace}/services`);
    demand(response.ok, `the Kubernetes API answers ${response.status}`);
    const { items = [] } = (await response.json()) as Services;
    demand(items.length > 0, `there is no Service in ${namespace}`);
    for (const service of items) checkReady(service);
    return items.map(servedBy).join(', ');
  },
};

function checkReady({ metadata: { name }, status = {} }: Service): void {
  const ready = status.conditions?.find(({ type }) => type === 'Ready');
  demand(ready?.status === 'True', `${name} is not ready: ${ready?.message ?? 'no reason given'}`);
  demand(
    status.latestCreatedRevisionName === status.latestReadyRevisionName,
    `${status.latestCreatedRevisionName} does not become ready; ${status.latestReadyRevisionName} serves`,
  );
}

const servedBy = ({ metadata, status = {} }: Service): string =>
  status.traffic
    ?.filter(({ percent = 0 }) => percent > 0)
    .map(({ revisionName, percent }) => (percent === 100 ? revisionName : `${revisionName} ${percent} %`))
    .join(' + ') || `${metadata.name}: no traffic`;
