import { type Described, dashboard } from './dashboard.ts';
import { blog } from './dashboards/blog.ts';
import { data } from './dashboards/data.ts';
import { events } from './dashboards/events.ts';
import { functions } from './dashboards/function.ts';
import { slos } from './dashboards/objectives.ts';
import { overview } from './dashboards/overview.ts';
import { scaleToZero } from './dashboards/scale-to-zero.ts';

export const dashboards: readonly Described[] = [overview, functions, events, scaleToZero, slos, blog, data];

/** Dashboards as Grafana reads them, by their path below `grafana/generated`. */
export const dashboardFiles = (): Map<string, string> =>
  new Map(dashboards.map((each) => [`${each.uid}.json`, `${JSON.stringify(dashboard(each), null, 2)}\n`]));
