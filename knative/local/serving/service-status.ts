/** A function as the console shows it. */
export interface ServiceStatus {
  name: string;
  namespace: string;
  revision: string;
  /** Processes alive. */
  instances: number;
  /** Those that are ready. */
  ready: number;
  /** How many the autoscaler wants; of one that cannot start, while requests ask for it. */
  wanted: number;
  /** Why none is ready although one is wanted. */
  cause: NotReady | null;
  state: 'asleep' | 'starting' | 'ready' | 'unready' | 'draining' | 'failed';
  requests: number;
  /** How long requests have waited for an instance of the current revision, all together. */
  waited_ms: number;
  last_cold_start_ms: number | null;
}

/** Why a revision has no ready instance. */
export interface NotReady {
  /** `start`: its process ends, or does not listen; `crash`: it keeps ending; `readiness`: its probe fails; `starting`: nothing has gone wrong yet. */
  kind: 'start' | 'crash' | 'readiness' | 'starting';
  /** In the program's or the probe's words; they may be anything. */
  words: string;
}

/** Revisions of a Service, and where its traffic goes. */
export interface Routing {
  latestCreated: string;
  /** Undefined: none has ever started. */
  latestReady: string | undefined;
  /** The latest revision does not start. */
  failed: { revision: string; words: string } | undefined;
  /** The latest revision has still to start. */
  coming: boolean;
  traffic: readonly RoutedTraffic[];
}

export interface RoutedTraffic {
  revision: string;
  /** It follows the latest revision. */
  latest: boolean;
  /** There is no such revision. */
  missing: boolean;
  percent: number;
  tag: string | undefined;
}
