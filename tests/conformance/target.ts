import { clusterTarget } from './cluster-target.ts';
import { localTarget } from './local-target.ts';

/** `spec` of a Trigger, without broker and subscriber, as it is written in a manifest. */
export interface TriggerSpec {
  filter?: { attributes: Readonly<Record<string, string>> };
  filters?: readonly object[];
  delivery?: Readonly<Record<string, string | number | object>>;
  /** Annotation `kafka.eventing.knative.dev/delivery.order: ordered`. */
  ordered?: boolean;
}

/** A broker under test. */
export interface Target {
  /** Where events are sent. */
  ingress: string;
  /** Whether what is checked is this project's own broker. */
  local: boolean;
  /** Name or address by which the broker reaches this process. */
  sinkHost: string;
  /** Makes a Trigger that delivers to `url` and is ready; resolves to how it is removed. Absent when nobody may make Triggers. */
  subscribe?(url: string, spec: TriggerSpec): Promise<() => Promise<void>>;
  /** Milliseconds in the broker's own time. */
  now(): number;
  /** How much later than planned an attempt may come, in ms. */
  slackMs: number;
  /** Lets a little time pass. */
  pass(): Promise<void>;
  /** Resolves when everything that would still be delivered has been. */
  quiet(): Promise<void>;
  /** What only a broker in this process allows. */
  internals?: Internals;
  close(): Promise<void>;
}

export interface Internals {
  /** The disk refuses every write while `run` runs. */
  withFullDisk(run: () => Promise<void>): Promise<void>;
  /** The broker dies without a word, loses what was not synced, and starts again. */
  crash(): Promise<void>;
  /** Writes that were synced so far. */
  syncs(): number;
  /** What the console shows of an event: a word for each Trigger. */
  outcomes(id: string): string[];
}

/** The broker that the environment names, else one of this project, in this process and in its own time. */
export function openTarget(env: NodeJS.ProcessEnv = process.env): Promise<Target> {
  const { BROKER_URL, SINK_HOST, KUBECONFIG, BROKER_NAME, BROKER_NAMESPACE } = env;
  if (!BROKER_URL) return localTarget();
  return clusterTarget({
    ingress: BROKER_URL,
    sinkHost: SINK_HOST,
    kubeconfig: KUBECONFIG,
    broker: BROKER_NAME,
    namespace: BROKER_NAMESPACE,
  });
}
