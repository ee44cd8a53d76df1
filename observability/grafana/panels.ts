import type { Builder } from '@grafana/grafana-foundation-sdk/cog';
import {
  BigValueGraphMode,
  type DataSourceRef,
  GraphGradientMode,
  ReduceDataOptionsBuilder,
  VisibilityMode,
} from '@grafana/grafana-foundation-sdk/common';
import { type Panel, ThresholdsConfigBuilder, ThresholdsMode } from '@grafana/grafana-foundation-sdk/dashboard';
import { PanelBuilder as LogsBuilder } from '@grafana/grafana-foundation-sdk/logs';
import { DataqueryBuilder as LokiQuery } from '@grafana/grafana-foundation-sdk/loki';
import { PanelBuilder as NodeGraphBuilder } from '@grafana/grafana-foundation-sdk/nodegraph';
import { DataqueryBuilder as PrometheusQuery } from '@grafana/grafana-foundation-sdk/prometheus';
import { PanelBuilder as StatBuilder } from '@grafana/grafana-foundation-sdk/stat';
import { PanelBuilder as TableBuilder } from '@grafana/grafana-foundation-sdk/table';
import { DataqueryBuilder as TempoQuery } from '@grafana/grafana-foundation-sdk/tempo';
import { PanelBuilder as TimeseriesBuilder } from '@grafana/grafana-foundation-sdk/timeseries';

/** One PromQL query of a panel. */
export interface Query {
  expr: string;
  /** `{{ label }}`. */
  legend?: string;
  /** Asks for exemplars too: dots that lead to a trace. */
  exemplars?: true;
}

/** Data sources by the uids that `provisioning/datasources` gives them. */
export const sources = {
  prometheus: { type: 'prometheus', uid: 'prometheus' },
  tempo: { type: 'tempo', uid: 'tempo' },
  loki: { type: 'loki', uid: 'loki' },
} as const satisfies Record<string, DataSourceRef>;

/** Grafana's names of units; `locale` is a number of things, which is whole. */
export type Unit = 's' | 'reqps' | 'percentunit' | 'bytes' | 'short' | 'cps' | 'locale';

/** What a number means: above these it is yellow, then red; or below, where less is worse. */
export interface Limits {
  warn: number;
  bad: number;
}

interface Options {
  description?: string;
  /** What is said where there is no value: not known is not fine. */
  noValue?: string;
  limits?: Limits;
}

const refIds = 'ABCDEFGH';
const prometheus = (queries: readonly Query[], instant: boolean): PrometheusQuery[] =>
  queries.map(({ expr, legend = '', exemplars }, index) => {
    const query = new PrometheusQuery()
      .refId(refIds[index]!)
      .expr(expr)
      .legendFormat(legend)
      .datasource(sources.prometheus);
    return exemplars ? query.range().exemplar(true) : instant ? query.instant() : query.range();
  });

/** Digits behind the point: of things there are none. */
const digits = <P extends { unit(unit: Unit): P; decimals(digits: number): P }>(panel: P, unit: Unit): P =>
  unit === 'locale' ? panel.unit(unit).decimals(0) : panel.unit(unit);

/** Green, then yellow, then red, whichever way they go. */
function thresholds({ warn, bad }: Limits): ThresholdsConfigBuilder {
  const steps =
    warn < bad
      ? ([
          ['green', null],
          ['yellow', warn],
          ['red', bad],
        ] as const)
      : ([
          ['red', null],
          ['yellow', bad],
          ['green', warn],
        ] as const);
  return new ThresholdsConfigBuilder()
    .mode(ThresholdsMode.Absolute)
    .steps(steps.map(([color, value]) => ({ color, value })));
}

/** Lines over time, a third of the width. */
export function graph(
  title: string,
  unit: Unit,
  queries: readonly Query[],
  { description = '', limits }: Options = {},
): Builder<Panel> {
  const panel = digits(new TimeseriesBuilder(), unit)
    .title(title)
    .description(description)
    .datasource(sources.prometheus)
    .min(0)
    .lineWidth(1)
    .fillOpacity(12)
    .gradientMode(GraphGradientMode.Opacity)
    .showPoints(VisibilityMode.Auto)
    .spanNulls(120_000)
    .span(8)
    .height(7)
    .targets(prometheus(queries, false));
  return limits ? panel.thresholds(thresholds(limits)) : panel;
}

/** One number of now, with a line of how it came to be; a sixth of the width. */
export function number(title: string, unit: Unit, expr: string, options: Options = {}): Builder<Panel> {
  return stat(title, unit, options)
    .graphMode(BigValueGraphMode.Area)
    .targets(prometheus([{ expr }], false));
}

/**
 * How many there were in the range of the dashboard, as `count` asks; a sixth of the width. Asked once, at the very end of the range:
 * a line's last point lies up to a step before it.
 */
export function total(title: string, expr: string, options: Options = {}): Builder<Panel> {
  return stat(title, 'locale', options)
    .graphMode(BigValueGraphMode.None)
    .targets(prometheus([{ expr }], true));
}

function stat(title: string, unit: Unit, { description = '', limits, noValue = 'no data yet' }: Options): StatBuilder {
  const panel = digits(new StatBuilder(), unit)
    .title(title)
    .description(description)
    .datasource(sources.prometheus)
    .noValue(noValue)
    .reduceOptions(new ReduceDataOptionsBuilder().calcs(['lastNotNull']))
    .span(4)
    .height(4);
  return limits ? panel.thresholds(thresholds(limits)) : panel;
}

/** The values of now, a row for each series; half the width. */
export function table(
  title: string,
  unit: Unit,
  expr: string,
  { description = '', noValue = 'no data yet' }: Options = {},
): Builder<Panel> {
  return digits(new TableBuilder(), unit)
    .title(title)
    .description(description)
    .datasource(sources.prometheus)
    .noValue(noValue)
    .span(12)
    .height(8)
    .withTransformation({ id: 'labelsToFields', options: { mode: 'columns' } })
    .withTransformation({ id: 'merge', options: {} })
    .targets(prometheus([{ expr }], true));
}

/** Lines of logs, by LogQL; half the width. */
export function logs(title: string, expr: string): Builder<Panel> {
  return new LogsBuilder()
    .title(title)
    .datasource(sources.loki)
    .showTime(true)
    .enableLogDetails(true)
    .span(12)
    .height(9)
    .withTarget(new LokiQuery().refId('A').expr(expr).maxLines(200).datasource(sources.loki));
}

/** Traces that a TraceQL query finds; half the width. */
export function traces(title: string, query: string): Builder<Panel> {
  return new TableBuilder()
    .title(title)
    .datasource(sources.tempo)
    .span(12)
    .height(9)
    .withTarget(new TempoQuery().refId('A').queryType('traceql').query(query).limit(20).datasource(sources.tempo));
}

/** Who calls whom, as Tempo's or the collector's service graph counts it. */
export function serviceGraph(title: string): Builder<Panel> {
  return new NodeGraphBuilder()
    .title(title)
    .datasource(sources.tempo)
    .span(12)
    .height(9)
    .withTarget(new TempoQuery().refId('A').queryType('serviceMap').datasource(sources.tempo));
}
