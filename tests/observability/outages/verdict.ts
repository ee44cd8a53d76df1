import type { Outage } from './outages.ts';
import { toldWithinMs, type Watched, type Watcher } from './watch.ts';

type Judged = Pick<Outage, 'cause' | 'tells' | 'silent'>;

/** How far the Overview may be from what a client counted, as a part of all requests. */
const apart = 0.01;

/** What must not be, of everybody who watched. */
export function faultsOf(outage: Judged, watched: Watched): string[] {
  return Object.entries(watched.watchers).flatMap(([name, watcher]) =>
    faultsOfOne(outage, watched, watcher).map((fault) => `${name}: ${fault}`),
  );
}

function faultsOfOne(
  { cause, tells, silent }: Judged,
  watched: Watched,
  { failing, failed, alerts }: Watcher,
): string[] {
  const { begunMs, endedMs } = watched;
  const isOf = (names: readonly string[]) => alerts.filter(({ name }) => names.includes(name));
  const inTime = isOf(cause).some(({ firstMs }) => firstMs - begunMs <= toldWithinMs);
  const misleading = alerts.filter(({ name }) => !cause.includes(name) && !tells.includes(name));
  const open = alerts.filter(({ endedMs: ended = Number.POSITIVE_INFINITY }) => ended - endedMs > toldWithinMs);
  return [
    ...(Math.abs(failing - failed) <= apart ? [] : ['the Overview and the client are apart']),
    ...(silent || inTime ? [] : ['nobody was told of the cause in time']),
    ...misleading.map(({ name }) => `${name} misleads`),
    ...open.map(({ name }) => `nobody was told in time that ${name} is over`),
  ];
}

const seconds = (ms: number) => `${Math.round(ms / 1_000)} s`;
const share = (part: number) => (Number.isNaN(part) ? 'no data' : `${(part * 100).toFixed(1)} %`);

/** Columns of a table in Markdown. */
export const heading = [
  '| outage | watched by | *Failing* | the client counted | 95 % within: reads, writes | told, after its begin | ends told, after its end |',
  '|---|---|---:|---:|---:|---|---|',
];

/** A row for each who watched. */
export function rowsOf(name: string, { watchers, slow, begunMs, endedMs }: Watched): string[] {
  const [reading, writing] = slow.map((ms) => `${Math.round(ms)} ms`);
  return Object.entries(watchers).map(([watcher, { failing, failed, alerts }]) => {
    const tellings = alerts.map(({ name: alert, firstMs }) => `${alert} ${seconds(firstMs - begunMs)}`).join(', ');
    const ends = alerts.map(({ name: alert, endedMs: ended }) =>
      ended === undefined ? `${alert} not told` : `${alert} ${seconds(ended - endedMs)}`,
    );
    const shown = [share(failing), share(failed), `${reading}, ${writing}`];
    const cells = [`\`${name}\``, watcher, ...shown, tellings || '–', ends.join(', ') || '–'];
    return `| ${cells.join(' | ')} |`;
  });
}
