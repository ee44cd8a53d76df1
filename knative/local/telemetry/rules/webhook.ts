import { createHash } from 'node:crypto';
import type { Clock } from '@dormouse/time/clock';
import { type Labels, labelOf } from '../query/prometheus-series.ts';
import { keyOf } from '../query/promql/value.ts';
import type { AlertGroup, Tell, ToldAlert } from './notifications.ts';

export interface WebhookOptions {
  /** http or https; a name and password in it become basic authentication. */
  url: string;
  /** Where a person finds these alerts. */
  externalUrl: string;
  clock: Clock;
  fetch?: typeof fetch;
  /** For one response. */
  deadlineMs?: number;
}

/** Before each further attempt of one notification. */
const waitsMs = [1_000, 5_000];
/** More alerts than this are counted only. */
const maxAlerts = 100;
/** Statuses after which the same request is worth another attempt. */
const mayPass = (status: number): boolean => status >= 500 || status === 429;

/** Where notifications go, without what may be secret in the URL. */
export const shownAddress = (url: string): string => new URL(url).origin;

/** Posts groups of alerts in the format of Alertmanager's webhook, version 4. Rejects after three attempts, or when the receiver says that it never takes it. */
export function webhook({ url, externalUrl, clock, fetch: send = fetch, deadlineMs = 10_000 }: WebhookOptions): Tell {
  const { address, headers } = requestTo(url);
  const attempt = async (body: string): Promise<{ error: string; final: boolean } | undefined> => {
    try {
      const response = await send(address, {
        ...{ method: 'POST', headers, body, redirect: 'manual' },
        signal: AbortSignal.timeout(deadlineMs),
      });
      await response.body?.cancel();
      return response.ok ? undefined : { error: `it answered ${response.status}`, final: !mayPass(response.status) };
    } catch (error) {
      return { error: reasonOf(error as Error, deadlineMs), final: false };
    }
  };
  return async (group) => {
    const body = JSON.stringify(message(group, externalUrl));
    for (const waitMs of [...waitsMs, undefined]) {
      const failed = await attempt(body);
      if (!failed) return;
      if (failed.final || waitMs === undefined) throw new Error(failed.error);
      await new Promise<void>((resolve) => void clock.setTimeout(resolve, waitMs));
    }
  };
}

function requestTo(url: string): { address: URL; headers: Record<string, string> } {
  const address = new URL(url);
  const { username, password } = address;
  address.username = '';
  address.password = '';
  const headers: Record<string, string> = { 'content-type': 'application/json', 'user-agent': 'dormouse' };
  if (username || password) {
    const pair = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`;
    headers.authorization = `Basic ${Buffer.from(pair).toString('base64')}`;
  }
  return { address, headers };
}

/** What fetch hides in causes. */
function reasonOf(error: Error, deadlineMs: number): string {
  if (error.name === 'TimeoutError') return `no answer within ${deadlineMs / 1_000} s`;
  const { cause } = error as { cause?: { code?: string; message?: string } };
  return cause?.code ?? cause?.message ?? error.message;
}

function message({ key, receiver, labels, alerts }: AlertGroup, externalUrl: string): object {
  return {
    version: '4',
    groupKey: key,
    truncatedAlerts: Math.max(0, alerts.length - maxAlerts),
    status: alerts.some(({ endsAtMs }) => endsAtMs === undefined) ? 'firing' : 'resolved',
    receiver,
    groupLabels: labels,
    commonLabels: common(alerts.map((each) => each.labels)),
    commonAnnotations: common(alerts.map((each) => each.annotations)),
    externalURL: externalUrl,
    alerts: alerts.slice(0, maxAlerts).map((alert) => alertOf(alert, externalUrl)),
  };
}

const alertOf = ({ labels, annotations, startsAtMs, endsAtMs }: ToldAlert, externalUrl: string) => ({
  status: endsAtMs === undefined ? 'firing' : 'resolved',
  labels,
  annotations,
  startsAt: new Date(startsAtMs).toISOString(),
  endsAt: endsAtMs === undefined ? '0001-01-01T00:00:00Z' : new Date(endsAtMs).toISOString(),
  generatorURL: `${externalUrl}#${encodeURIComponent(labelOf(labels, 'alertname'))}`,
  fingerprint: createHash('sha256').update(keyOf(labels)).digest('hex').slice(0, 16),
});

/** What all have with the same value. */
function common(all: readonly Labels[]): Labels {
  const [first = {}, ...others] = all;
  return Object.fromEntries(
    Object.entries(first).filter(([name, value]) => others.every((each) => labelOf(each, name) === value)),
  );
}
