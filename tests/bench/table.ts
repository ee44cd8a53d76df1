import { againstTable } from './against.ts';
import { brokerTables } from './broker-table.ts';
import { clusterColdTable } from './cluster-cold.ts';
import { compressionTable } from './compression.ts';
import { number, range, row } from './format.ts';
import { ratiosTable } from './ratios.ts';
import type { Measured } from './saturation.ts';
import { searchTable } from './search.ts';
import { telemetryTable } from './telemetry-table.ts';

/** The results of a run as Markdown tables; parts that were not run are left out. */
// biome-ignore lint/suspicious/noExplicitAny: results come as they were written to JSON
export function table(results: Record<string, any>): string {
  const lines: string[] = [];
  const head = (title: string, ...cells: string[]) =>
    lines.push('', `**${title}**`, '', row(...cells), row(...cells.map(() => '---')));
  if (results.cold || results.coldWithoutSpare) {
    head('Cold start through the ingress, ms: median (min–max)', 'function', 'with prewarmed process', 'without');
    for (const name of Object.keys(results.cold ?? results.coldWithoutSpare))
      lines.push(row(name, ...[results.cold, results.coldWithoutSpare].map((each) => (each ? range(each[name]) : ''))));
  }
  if (results.clusterCold) clusterColdTable(results.clusterCold, head, lines);
  if (results.search) searchTable(results.search, head, lines);
  if (results.ratios) ratiosTable(results.ratios, head, lines);
  if (results.cachedRatios) ratiosTable(results.cachedRatios, head, lines, ' with a cache in the ingress');
  if (results.against) againstTable(results.against, head, lines);
  if (results.compression) compressionTable(results.compression, head, lines);
  if (results.load) {
    head(
      'Saturation, 32 connections, closed loop: median (min–max)',
      'request',
      'platform /s',
      'plain /s',
      'ratio',
      'platform CPU ms',
      'plain CPU ms',
      'errors',
    );
    for (const [name, { saturated }] of Object.entries<{ saturated: Record<string, Measured> }>(results.load)) {
      const [ours, plain] = [saturated.platform!, saturated.plain];
      lines.push(
        row(
          name,
          range(ours.perSecond),
          plain ? range(plain.perSecond) : '–',
          plain ? number(ours.perSecond.median / plain.perSecond.median) : '–',
          range(ours.cpuMs),
          plain ? range(plain.cpuMs) : '–',
          String(ours.errors + (plain?.errors ?? 0)),
        ),
      );
    }
    head(
      'Latency, open loop, ms',
      'request',
      'who, share of the slower one’s saturation',
      'rate /s',
      'p50',
      'p95',
      'p99',
      'errors',
    );
    for (const [name, { latency }] of Object.entries<{
      latency: Record<string, { rate: number; p50: number; p95: number; p99: number; errors: number }>;
    }>(results.load))
      for (const [who, at] of Object.entries(latency))
        lines.push(row(name, who, String(at.rate), number(at.p50), number(at.p95), number(at.p99), String(at.errors)));
  }
  for (const [title, list] of Object.entries<
    { path: string; requests: number; errors: number; p50: number; p95: number; p99: number }[]
  >(results.predecessor ?? {})) {
    head(
      `100 virtual users, one second apart (${title === 'all' ? 'all paths' : 'without /health'}), ms`,
      'path',
      'requests',
      'errors',
      'p50',
      'p95',
      'p99',
    );
    for (const each of list)
      lines.push(
        row(
          each.path,
          String(each.requests),
          String(each.errors),
          number(each.p50),
          number(each.p95),
          number(each.p99),
        ),
      );
  }
  if (results.events) {
    head('Event: commit → every consumer done, ms', 'events', 'p50', 'p95', 'p99');
    lines.push(
      row(
        String(results.events.events),
        number(results.events.p50),
        number(results.events.p95),
        number(results.events.p99),
      ),
    );
  }
  if (results.telemetry) telemetryTable(results.telemetry, head, lines);
  if (results.broker) brokerTables(results.broker, head, lines);
  if (results.memory) {
    head('Memory, PSS MiB', 'what', 'MiB');
    lines.push(row('asleep, without PostgreSQL', number(results.memory.asleep)));
    for (const [name, mib] of Object.entries<number>(results.memory.processes))
      lines.push(row(`– ${name}`, number(mib)));
    lines.push(row('PostgreSQL', number(results.memory.postgres)));
    for (const [name, mib] of Object.entries<number>(results.memory.awake))
      lines.push(row(`${name}, awake`, number(mib)));
  }
  return lines.join('\n').trim();
}
