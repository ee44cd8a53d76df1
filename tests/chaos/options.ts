import type { Experiment } from './cluster/cluster-plan.ts';

export interface ChaosOptions {
  /** How it was called, for the report. */
  command: string;
  /** A platform of the campaign's own, or one on a cluster. */
  target: 'laptop' | 'cluster';
  minutes: number;
  seed: number;
  /** Kills that count, at least. */
  kills: number;
  /** Events that were acknowledged, at least. */
  events: number;
  /** With a Broker that loses, doubles and delays what it has acknowledged. */
  lossyBroker: boolean;
  /** Believes the Broker, so that its losses show. */
  trustBroker: boolean;
  /** Base name of the two files of the report. */
  report?: string | undefined;
  /** Prints so many steps of the plan and does nothing else. */
  plan?: number | undefined;
  /** Of the cluster's platform. */
  namespace: string;
  /** The kube context that may be broken. */
  allowed?: string | undefined;
  /** One fault of the cluster instead of the seed's plan. */
  experiment?: Experiment | undefined;
}
