import type { Panel, RowPanel } from '@grafana/grafana-foundation-sdk/dashboard';
import { type Described, dashboard } from './dashboard.ts';

/** One query of a panel, as its data source gets it. */
export interface PanelQuery {
  dashboard: string;
  panel: string;
  language: 'promql' | 'traceql' | 'logql';
  query: string;
  /** The programs without which nothing answers; absent when functions themselves do. */
  needs?: string;
}

const isPanel = (each: Panel | RowPanel): each is Panel => each.type !== 'row';
const languages = { prometheus: 'promql', tempo: 'traceql', loki: 'logql' } as const;

/** Every query of a dashboard; a panel that asks nothing is left out. */
export function queriesOf(described: Described): PanelQuery[] {
  const { title = '', panels = [] } = dashboard(described);
  const needs = described.rows.flatMap((row) => row.panels.map(() => row.needs));
  return panels.filter(isPanel).flatMap(({ title: panel = '', datasource, targets = [] }, index) =>
    targets.flatMap((target): PanelQuery[] => {
      const { expr, query } = target as { expr?: string; query?: string };
      const text = expr ?? query;
      if (text === undefined) return [];
      const needed = needs[index];
      return [
        {
          dashboard: title,
          panel,
          language: languages[datasource?.type as keyof typeof languages],
          query: text,
          ...(needed && { needs: needed }),
        },
      ];
    }),
  );
}

/** A query with Grafana's variables filled in: `step` seconds between points, `range` seconds shown, of one function. */
export const filled = (query: string, { step, range, of }: { step: number; range: number; of: string }): string =>
  query.replaceAll('$__rate_interval', `${step}s`).replaceAll('$__range', `${range}s`).replaceAll('$function', of);
