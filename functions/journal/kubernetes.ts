import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Filter } from '@dormouse/filters/filter';
import { AppError } from '@dormouse/runtime/errors';
import { exchange } from '@dormouse/runtime/http';

/** A Trigger as the cluster knows it. */
export interface Trigger {
  name: string;
  namespace: string;
  /** As in its spec, whatever the dialect; none lets everything through. */
  filters: readonly Filter[];
  /** Where it delivers; undefined while it is not ready. */
  subscriberUri: string | undefined;
  /** Of its Broker; `default` where it says none. */
  broker?: string | undefined;
  /** Another one means another Trigger, whatever its name. */
  uid?: string | undefined;
  createdAt?: Date | undefined;
  /** What its annotation `dormouse.dev/inbox` says: `none`, or `route` for a consumer that is asked by HTTP. */
  inbox?: string | undefined;
}

/** Annotation by which a Trigger says how its consumer's inbox is read. */
export const inboxAnnotation = 'dormouse.dev/inbox';

export interface Triggers {
  /**
   * All of the namespace, as they were at most `maxAgeMs` ago (5 s unless told).
   * @throws AppError unavailable when Kubernetes cannot be asked.
   */
  list(maxAgeMs?: number): Promise<readonly Trigger[]>;
}

export interface KubernetesOptions {
  /** The API server: `https://kubernetes.default.svc`, or plain http where no token is needed. */
  url: string;
  /** Where there is no ServiceAccount to say it. */
  namespace: string;
  /** Folder of the ServiceAccount's token, CA and namespace; it need not exist. */
  account?: string;
  /** How long an answer is good for, in milliseconds. */
  cacheMs?: number;
  now?: () => number;
}

/** For whom a Trigger that was made or mended just now must count: four questions a second at most. */
export const justNowMs = 250;

const accountFolder = '/var/run/secrets/kubernetes.io/serviceaccount';

/** Reads the Triggers of the function's own namespace from the Kubernetes API; an answer is kept for 5 s, and asked for once by all at once. */
export function kubernetesTriggers({
  url,
  namespace,
  account = accountFolder,
  cacheMs = 5000,
  now = Date.now,
}: KubernetesOptions): Triggers {
  let kept: { requestedAt: number; triggers: Promise<readonly Trigger[]> } | undefined;
  const read = async () => {
    const own = file(account, 'namespace') ?? namespace;
    const token = file(account, 'token');
    const response = await exchange(`${url}/apis/eventing.knative.dev/v1/namespaces/${own}/triggers`, {
      headers: { accept: 'application/json', ...(token && { authorization: `Bearer ${token}` }) },
      ca: file(account, 'ca.crt'),
      timeoutMs: 5000,
    });
    if (response.status !== 200) throw new Error(`Kubernetes answered ${response.status}`);
    return (JSON.parse(response.body.toString()) as TriggerList).items.map(toTrigger);
  };
  return {
    list(maxAgeMs = cacheMs) {
      if (kept && now() - kept.requestedAt < Math.min(maxAgeMs, cacheMs)) return kept.triggers;
      const triggers = read().catch((cause: unknown) => {
        kept = undefined;
        throw new AppError('unavailable', 'The Triggers cannot be read from Kubernetes now.', {
          cause,
          headers: { 'retry-after': '1' },
        });
      });
      kept = { requestedAt: now(), triggers };
      return triggers;
    },
  };
}

/** Read anew each time: Kubernetes replaces the token within the hour. */
function file(folder: string, name: string): string | undefined {
  try {
    return readFileSync(join(folder, name), 'utf8').trim();
  } catch {
    return undefined;
  }
}

interface TriggerList {
  items: {
    metadata: {
      name: string;
      namespace: string;
      uid?: string;
      creationTimestamp?: string;
      annotations?: Record<string, string>;
    };
    spec: { broker?: string; filters?: Filter[]; filter?: { attributes?: Record<string, string> } };
    status?: { subscriberUri?: string };
  }[];
}

/** `filters` replaces the older `filter`. */
function toTrigger({ metadata, spec, status }: TriggerList['items'][number]): Trigger {
  const attributes = spec.filter?.attributes;
  const older = attributes && Object.keys(attributes).length > 0 ? [{ exact: attributes }] : [];
  return {
    name: metadata.name,
    namespace: metadata.namespace,
    filters: spec.filters ?? older,
    subscriberUri: status?.subscriberUri,
    broker: spec.broker,
    uid: metadata.uid,
    createdAt: metadata.creationTimestamp === undefined ? undefined : new Date(metadata.creationTimestamp),
    inbox: metadata.annotations?.[inboxAnnotation],
  };
}
