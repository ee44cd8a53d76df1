import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { dashboards } from '../../observability/grafana/documents.ts';
import { type Asked, filled, queriesOf } from '../../observability/grafana/queries.ts';
import { questions } from '../../observability/runbooks.ts';
import { removeHome, runPlatform, temporaryHome } from '../platform.ts';
import { eventfulHour } from './eventful-hour.ts';
import { observedOverlay } from './observed-overlay.ts';
import { type Stack, stackIsInstalled, startStack } from './stack.ts';

const asked = dashboards.flatMap(queriesOf).filter(({ language }) => language === 'promql');
const askable = asked.filter(({ needs }) => !needs);
const named = ({ dashboard, panel }: Asked) => `${dashboard}, ${panel}`;

if (stackIsInstalled())
  describe('after an eventful hour, Prometheus', () => {
    let stack: Stack;
    let start: number;
    let end: number;

    beforeAll(async () => {
      start = Date.now() / 1000;
      stack = await startStack({ every: 5 });
      const home = temporaryHome();
      const overlay = observedOverlay(home, stack.otlp, { base: 'tests/overlays/quick', env: { OTEL_METRIC_EXPORT_INTERVAL: '2000' } });
      const platform = await runPlatform({ home, overlay, program: join(import.meta.dirname, '../chaos/platform-on-faulty-disk.ts') });
      await eventfulHour(platform).finally(() => platform.stop());
      removeHome(home);
      end = Date.now() / 1000;
    }, 600_000);
    afterAll(() => stack?.stop());

    /** A moment's number: whoever waits has to wait while an instance pushes. */
    const mayBeZero = new Set(['Dormouse / Data, Wait for a connection']);
    /** Whether anything but zeros is drawn, as Grafana asks: with points over the whole time, each over a minute. */
    const hasData = async (each: Asked) => {
      const { query } = each;
      const range = Math.ceil(end - start);
      const lines = await stack.prometheus.queryRange(filled(query, { step: 60, range, of: 'posts' }), { start, end, step: 5 });
      return lines.some(({ values }) => values.some((value) => Number.isFinite(value) && (value !== 0 || mayBeZero.has(named(each)))));
    };

    test.each(dashboards)('has data for every panel of $title', async (described) => {
      const empty: string[] = [];
      for (const each of askable.filter(({ dashboard }) => dashboard === `Dormouse / ${described.title}`))
        if (!(await hasData(each))) empty.push(`${named(each)}: ${each.query}`);
      expect(empty).toEqual([]);
    });

    /** Others are not here, and what is thrown away is counted from the first on: nothing is. */
    const ofOthers = /\b(pg|redis|kn|kube|container|istio|kafka|certmanager)_|otelcol_exporter_send_failed_|dormouse_telemetry_dropped_/;
    test('answers what runbooks ask of functions, rules, collector and itself', async () => {
      const asking = questions().filter(({ expr }) => !ofOthers.test(expr));
      const answers = await Promise.all(asking.map(({ expr }) => stack.prometheus.queryRange(expr, { start, end, step: 5 })));
      const unanswered = asking.filter((_, index) => answers[index]!.length === 0);
      expect(unanswered.map(({ runbook, expr }) => `${runbook}: ${expr}`)).toEqual([]);
    });
  });
else console.warn('Prometheus 3, Alertmanager and the OpenTelemetry Collector are not on the PATH: panels are not asked for data');

test('the panels that only programs of others fill are these', () => {
  expect(asked.filter(({ needs }) => needs).map(named)).toEqual([
    'Dormouse / Events, Backlog of each Trigger',
    'Dormouse / Scale to zero, Pods: wanted',
    'Dormouse / Scale to zero, Pods: ready',
    'Dormouse / Scale to zero, Requests that wait in the activator',
    'Dormouse / Data, PostgreSQL: connections',
    'Dormouse / Data, PostgreSQL: size',
    'Dormouse / Data, Redis: memory',
  ]);
});
