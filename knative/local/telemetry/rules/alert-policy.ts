import * as v from 'valibot';
import { parse } from 'yaml';
import type { Labels } from '../query/prometheus-series.ts';
import { labelOf } from '../query/prometheus-series.ts';
import { matcherTest } from '../query/promql/evaluate.ts';
import { durationMs } from '../query/promql/literals.ts';
import { parseQuery } from '../query/promql/parse.ts';

export type Matches = (labels: Labels) => boolean;

/** How alerts of one kind are put together and told. */
export interface Route {
  receiver: string;
  groupBy: readonly string[];
  groupWaitMs: number;
  groupIntervalMs: number;
  repeatIntervalMs: number;
}

/** Alerts that `target` finds are not told while one that `source` finds fires, if these labels are the same. */
export interface Inhibition {
  source: Matches;
  target: Matches;
  equal: readonly string[];
}

/** What Alertmanager's configuration says of groups, repetitions and inhibition. */
export interface AlertPolicy {
  routeOf(labels: Labels): Route;
  inhibitions: readonly Inhibition[];
}

const texts = v.optional(v.array(v.string()));
interface WrittenRoute {
  receiver?: string | undefined;
  group_by?: string[] | undefined;
  group_wait?: string | undefined;
  group_interval?: string | undefined;
  repeat_interval?: string | undefined;
  matchers?: string[] | undefined;
  routes?: WrittenRoute[] | undefined;
}
const route: v.GenericSchema<WrittenRoute> = v.object({
  receiver: v.optional(v.string()),
  group_by: texts,
  group_wait: v.optional(v.string()),
  group_interval: v.optional(v.string()),
  repeat_interval: v.optional(v.string()),
  matchers: texts,
  routes: v.optional(v.array(v.lazy(() => route))),
});
const inhibition = v.object({ source_matchers: texts, target_matchers: texts, equal: texts });
const configuration = v.object({ route, inhibit_rules: v.optional(v.array(inhibition), []) });

/** Alertmanager's own, where its configuration says nothing. */
const defaults: Route = {
  receiver: 'default',
  groupBy: [],
  groupWaitMs: 30_000,
  groupIntervalMs: 300_000,
  repeatIntervalMs: 4 * 3_600_000,
};

/** Tells what nobody has configured. */
export const plainPolicy: AlertPolicy = { routeOf: () => ({ ...defaults, groupBy: ['alertname'] }), inhibitions: [] };

/**
 * Reads Alertmanager's configuration; whom its receivers call does not matter here, and `continue` is not followed.
 * @throws Error with one line about what is wrong with it
 */
export function readAlertPolicy(text: string): AlertPolicy {
  const { success, output, issues } = v.safeParse(configuration, parse(text));
  if (!success) throw new Error(`${v.getDotPath(issues[0]) ?? 'the file'}: ${issues[0].message}`);
  const root = branchOf(output.route, defaults);
  return {
    routeOf: (labels) => find(root, labels),
    inhibitions: output.inhibit_rules.map(({ source_matchers, target_matchers, equal = [] }) => ({
      source: matchesAll(source_matchers),
      target: matchesAll(target_matchers),
      equal,
    })),
  };
}

interface Branch {
  route: Route;
  matches: Matches;
  branches: readonly Branch[];
}

function branchOf(written: WrittenRoute, above: Route): Branch {
  const ms = (text: string | undefined, otherwise: number) => (text === undefined ? otherwise : durationMs(text));
  const own: Route = {
    receiver: written.receiver ?? above.receiver,
    groupBy: written.group_by ?? above.groupBy,
    groupWaitMs: ms(written.group_wait, above.groupWaitMs),
    groupIntervalMs: ms(written.group_interval, above.groupIntervalMs),
    repeatIntervalMs: ms(written.repeat_interval, above.repeatIntervalMs),
  };
  return {
    route: own,
    matches: matchesAll(written.matchers),
    branches: (written.routes ?? []).map((each) => branchOf(each, own)),
  };
}

function find({ route: own, branches }: Branch, labels: Labels): Route {
  const next = branches.find(({ matches }) => matches(labels));
  return next ? find(next, labels) : own;
}

/** Alertmanager's matchers are written as those of PromQL's selectors. */
function matchesAll(matchers: readonly string[] = []): Matches {
  const tests = matchers.map((text) => {
    const selector = parseQuery(`{${text}}`);
    const [matcher] = selector.kind === 'selector' ? selector.matchers : [];
    if (!matcher) throw new Error(`${text} is no matcher`);
    return { label: matcher.label, fits: matcherTest(matcher) };
  });
  return (labels) => tests.every(({ label, fits }) => fits(labelOf(labels, label)));
}
