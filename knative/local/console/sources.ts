import type { Brokers } from '@dormouse/eventing/broker';
import type { Eventing } from '@dormouse/eventing/trigger-list';
import type { RouteStatus } from '@dormouse/serving/ingress/shown-routes';
import type { ServiceStatus } from '@dormouse/serving/service-status';
import type { Alerting } from '@dormouse/telemetry/rules/alerting';
import type { Telemetry } from '@dormouse/telemetry/telemetry';
import type { Operations } from './operations.ts';

/** Addresses of this platform, for programs on this machine. */
export interface Addresses {
  ingress: string;
  /** `http://127.0.0.1:PORT/NAMESPACE/NAME` of each Broker, `…/NAMESPACE/channel:NAME` of each channel. */
  brokers: readonly string[];
  otlp: string;
  kubernetes: string;
}

/** Data sources of the console. */
export interface ConsoleSources {
  services: () => ServiceStatus[];
  routes: () => RouteStatus[];
  /** Triggers and the catalogue; without it there is none. */
  eventing?: () => Eventing;
  addresses?: Addresses;
  /** What the pages of dead letters and replays speak to; they say so when there is nothing. */
  operations?: Operations;
  /** Wanted by the forms that change something; without it they ask for nothing. */
  accessToken?: { value: string /** Where it lies. */; file: string };
  /** Rules and alerts, once they are evaluated. */
  alerting?: () => Alerting | undefined;
  /** Folder of the alerts' runbooks. */
  runbooks?: string;
  /** Folder of mails that nobody was sent. */
  mailbox?: string;
  /** What whoever runs the platform should know, on every page. */
  notice?: () => string | undefined;
  brokers: Brokers;
  telemetry: Telemetry;
}
