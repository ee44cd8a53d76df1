import type { BrokerResults, Latency } from './broker-bench.ts';
import { number, range, row } from './format.ts';
import type { Spread } from './statistics.ts';
import type { Busy } from './with-broker.ts';

const percent = (share: number): string => `${(share * 100).toFixed(0)} %`;
const busy = ({ broker, senders, consumer }: Busy): string[] => [percent(broker), percent(senders), percent(consumer)];
const latency = ({ p50, p95, p99 }: Latency): string[] => [number(p50), number(p95), number(p99)];
const change = ({ median, min, max }: Spread): string => `${percent(median)} (${percent(min)} to ${percent(max)})`;
const cores = ['broker CPU', 'senders’ CPU', 'consumer’s CPU'];

/** The broker's part of the tables. */
export function brokerTables(
  results: BrokerResults,
  head: (title: string, ...cells: string[]) => void,
  lines: string[],
): void {
  const { publish, endToEnd, drain, neighbour, recovery } = results;
  head(
    `Broker: publishing, ${publish.clients} clients, closed loop, fdatasync before every 202: median (min–max)`,
    'sync',
    'events/s',
    ...cores,
  );
  lines.push(row('of what came together', range(publish.grouped.perSecond), ...busy(publish.grouped.busy)));
  lines.push(row('of each event', range(publish.single.perSecond), ...busy(publish.single.busy)));
  lines.push(row('ratio', number(publish.ratio), '', '', ''));
  head(
    `Broker: end to end, open loop, ${endToEnd.rate} events/s, ${endToEnd.events} events, ms`,
    'from → to',
    'p50',
    'p95',
    'p99',
    ...cores,
  );
  lines.push(row('due → 202', ...latency(endToEnd.dueToAcknowledged), '', '', ''));
  lines.push(row('202 → consumer called', ...latency(endToEnd.acknowledgedToCalled), '', '', ''));
  lines.push(row('due → consumer called', ...latency(endToEnd.dueToCalled), ...busy(endToEnd.busy)));
  head('Broker: a backlog on disk to a consumer that does nothing', 'events', 'events/s', ...cores);
  lines.push(row(String(drain.events), number(drain.perSecond), ...busy(drain.busy)));
  head(
    `Broker: p95 due → called of one trigger beside another, ${neighbour.rate} events/s, ${neighbour.rounds} interleaved rounds, ms: median (min–max)`,
    'the other one’s consumer',
    'p95',
    'change in the same round',
    'broker CPU',
  );
  for (const who of ['alive', 'again', 'refusing', 'silent'] as const) {
    const name =
      who === 'again'
        ? 'is alive (A/A)'
        : who === 'alive'
          ? 'is alive'
          : who === 'refusing'
            ? 'refuses connections'
            : 'never answers';
    lines.push(
      row(
        name,
        range(neighbour[who]),
        who === 'alive' ? '' : change(neighbour.change[who]),
        percent(neighbour.busy[who]),
      ),
    );
  }
  head('Broker: opening a log', 'GB', 'events', 'ms, from the disk', 'ms, from the page cache', 'peak RSS MiB');
  lines.push(
    row(
      number(recovery.bytes / 1e9),
      String(recovery.events),
      number(recovery.coldMs),
      number(recovery.cachedMs),
      number(recovery.peakMib),
    ),
  );
}
