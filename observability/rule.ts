/** `page` wakes somebody, `ticket` waits for the morning; `none` is no fault (a sign of life). */
export type Severity = 'page' | 'ticket' | 'none';

export interface Alert {
  /** CamelCase; the runbook has the same name. */
  name: string;
  severity: Severity;
  /** PromQL; each series that it answers is one alert. */
  expr: string;
  /** How long the expression must hold, as Prometheus writes durations; at once unless said. */
  for?: string;
  /** For how long it fires on when the expression no longer holds, so that one that comes and goes is told of once. */
  keepFiringFor?: string;
  /** One sentence, with `{{ $labels.x }}` where needed. No value: every change of it would be a new notification. */
  summary: string;
  labels?: Readonly<Record<string, string>>;
}

/** What has just happened: a minute, and a bit, so that two samples of each minute are in it. */
export const lately = '70s';
/** What is happening now: two samples at least of what is pushed or scraped every quarter of a minute. Of what comes more rarely it says nothing. */
export const justNow = '40s';

/**
 * What holds over a window, unless it is over: unless the same is known not to hold over the last moments.
 * @param holds PromQL of a comparison (`a > 1`), given the window
 * @param over the same, of what is well again (`a <= 1`)
 * @param labels that both keep
 */
export const unlessOver = (
  holds: (window: string) => string,
  over: (window: string) => string,
  labels = '',
  [long, short]: readonly [string, string] = [lately, justNow],
): string => `${holds(long)} unless on (${labels}) (${over(short)})`;

/**
 * Unless one of these alerts, which tell of the cause, has just been told: what follows from it lasts a little longer than it does.
 * @param self matchers of the alert itself, where it goes on when it began before its cause was known
 */
export function unlessToldOf(
  causes: readonly string[],
  { self, window = '3m' }: { self?: string; window?: string } = {},
): string {
  const told = `max_over_time(ALERTS{alertname=~"${causes.join('|')}",alertstate="firing"}[${window}])`;
  return `unless on () ${self ? `(${told} unless on () ALERTS{${self},alertstate="firing"})` : told}`;
}

export interface Recording {
  record: string;
  expr: string;
  labels?: Readonly<Record<string, string>>;
}

export interface Group {
  name: string;
  /** Seconds between evaluations; Prometheus' own unless said. */
  interval?: number;
  /** What it is about. Without that, its alerts would say for ever that something is gone which was never there. */
  needs?: 'cluster' | 'collector';
  rules: readonly (Alert | Recording)[];
}

/** Where a runbook is read. */
export const runbookUrl = (alert: string): string => `https://dormouse.dev/runbooks/${alert}`;

/** An alert as Prometheus reads it, with what none may lack: severity, summary, runbook. @throws TypeError for a summary with a value */
export function alertRule({ name, severity, expr, for: duration, keepFiringFor, summary, labels = {} }: Alert): object {
  if (summary.includes('$value')) throw new TypeError(`the summary of ${name} has a value`);
  return {
    alert: name,
    expr,
    ...(duration && { for: duration }),
    ...(keepFiringFor && { keep_firing_for: keepFiringFor }),
    labels: { severity, ...labels },
    annotations: { summary, runbook_url: runbookUrl(name) },
  };
}

export const isAlert = (rule: Alert | Recording): rule is Alert => 'severity' in rule;

/** A group as Prometheus reads it. */
export const groupOf = ({ name, interval, rules }: Group): object => ({
  name,
  ...(interval && { interval: `${interval}s` }),
  rules: rules.map((rule) => (isAlert(rule) ? alertRule(rule) : rule)),
});
