export interface ChaosOptions {
  /** How it was called, for the report. */
  command: string;
  minutes: number;
  seed: number;
  /** Kills that count, at least. */
  kills: number;
  /** Events that were acknowledged, at least. */
  events: number;
  /** With a Broker that loses, doubles and delays what it has acknowledged. */
  lossyBroker: boolean;
  /** Believes that Broker, so that its losses show. */
  trustBroker: boolean;
  /** Base name of the two files of the report. */
  report?: string | undefined;
  /** Prints so many steps of the plan and does nothing else. */
  plan?: number | undefined;
}
