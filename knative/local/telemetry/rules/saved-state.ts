import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import * as v from 'valibot';
import type { SavedGroups } from './notifications.ts';
import type { SavedAlerts } from './rule-evaluator.ts';

/** What a later process needs to go on where this one was. */
export interface SavedState {
  alerts: SavedAlerts;
  groups: SavedGroups;
}

const texts = v.record(v.string(), v.string());
const ms = v.pipe(v.number(), v.minValue(-8.64e15), v.maxValue(8.64e15));
const active = v.object({
  ...{ labels: texts, annotations: texts, activeAtMs: ms },
  state: v.picklist(['pending', 'firing']),
  // JSON has no infinite numbers.
  value: v.nullable(v.number()),
  keepFiringSinceMs: v.exactOptional(ms),
});
const told = v.object({ labels: texts, annotations: texts, startsAtMs: ms, endsAtMs: v.exactOptional(ms) });
const state = v.object({
  alerts: v.object({
    atMs: ms,
    alerts: v.array(v.object({ group: v.string(), rule: v.number(), active: v.array(active) })),
  }),
  groups: v.array(
    v.object({
      ...{ key: v.string(), labels: texts, alerts: v.array(told), nextMs: ms },
      told: v.optional(v.object({ firing: v.array(v.string()), atMs: ms })),
    }),
  ),
});

/** Reads what was saved; undefined where nothing is. @throws Error for a file that is something else */
export async function readState(file: string): Promise<SavedState | undefined> {
  const text = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    throw error;
  });
  if (text === undefined) return undefined;
  const { alerts, groups } = v.parse(state, JSON.parse(text));
  return {
    alerts: {
      ...alerts,
      alerts: alerts.alerts.map((each) => ({
        ...each,
        active: each.active.map((alert) => ({ ...alert, value: alert.value ?? Number.NaN })),
      })),
    },
    groups: groups.map((group) => ({ ...group, told: group.told })),
  };
}

/** Replaces the file as a whole: a process that is killed leaves the old one or the new one. */
export async function writeState(file: string, saved: SavedState): Promise<void> {
  await mkdir(dirname(file), { recursive: true, mode: 0o700 });
  await writeFile(`${file}.new`, JSON.stringify(saved), { mode: 0o600 });
  await rename(`${file}.new`, file);
}
