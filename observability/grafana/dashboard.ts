import type { Builder } from '@grafana/grafana-foundation-sdk/cog';
import {
  type Dashboard,
  DashboardBuilder,
  DashboardCursorSync,
  DashboardLinkBuilder,
  DashboardLinkType,
  type Panel,
  QueryVariableBuilder,
  RowBuilder,
  VariableRefresh,
  VariableSort,
} from '@grafana/grafana-foundation-sdk/dashboard';
import { sources } from './panels.ts';

/** Panels under a heading. */
export interface Row {
  title: string;
  panels: readonly Builder<Panel>[];
  /** Filled only where these programs run and are scraped: Knative's control plane, exporters, kube-state-metrics. */
  needs?: string;
}

export interface Described {
  /** Part of its URL, and its file's name. */
  uid: string;
  title: string;
  description: string;
  rows: readonly Row[];
  /** A variable `$function` to choose one of the functions that sent `of` in the range shown. */
  function?: { of: string };
}

/** A dashboard with what all of them have in common: tag, links to the others, a shared cross-hair, the last hour. */
export function dashboard({ uid, title, description, rows, function: chosen }: Described): Dashboard {
  const builder = new DashboardBuilder(`Dormouse / ${title}`)
    .uid(`dormouse-${uid}`)
    .description(description)
    .tags(['dormouse'])
    .readonly()
    .tooltip(DashboardCursorSync.Crosshair)
    .refresh('30s')
    .timezone('browser')
    .time({ from: 'now-1h', to: 'now' })
    .link(
      new DashboardLinkBuilder('Dormouse')
        .type(DashboardLinkType.Dashboards)
        .tags(['dormouse'])
        .asDropdown(true)
        .keepTime(true),
    );
  if (chosen) builder.withVariable(functionVariable(chosen.of));
  for (const { title: heading, panels, needs } of rows) {
    builder.withRow(new RowBuilder(needs ? `${heading} (${needs})` : heading));
    for (const panel of panels) builder.withPanel(panel);
  }
  return builder.build();
}

const functionVariable = (of: string): QueryVariableBuilder =>
  new QueryVariableBuilder('function')
    .label('Function')
    .datasource(sources.prometheus)
    .query({ query: `label_values(${of}, service_name)`, refId: 'function' })
    .refresh(VariableRefresh.OnTimeRangeChanged)
    .sort(VariableSort.AlphabeticalAsc);
