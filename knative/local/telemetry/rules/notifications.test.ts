import { virtualClock } from '@dormouse/time/virtual-clock';
import { describe, expect, test } from 'vitest';
import { readAlertPolicy } from './alert-policy.ts';
import type { ActiveAlert } from './alert-states.ts';
import { type AlertGroup, Notifications } from './notifications.ts';

const policy = readAlertPolicy(`
route:
  receiver: ticket
  group_by: [alertname, slo]
  group_wait: 30s
  group_interval: 5m
  repeat_interval: 1d
  routes:
    - {matchers: ['severity="none"'], receiver: watchdog, group_wait: 0s}
    - {matchers: ['severity="page"'], receiver: page, group_wait: 10s, repeat_interval: 1h}
inhibit_rules:
  - {source_matchers: ['severity="page"'], target_matchers: ['severity="ticket"'], equal: [alertname, slo]}
  - {source_matchers: ['alertname="DatabaseDown"'], target_matchers: ['alertname=~"Slow|Late"']}
receivers: [{ name: page }]
`);

const alert = (alertname: string, severity = 'page', more: Record<string, string> = {}): ActiveAlert => ({
  labels: { alertname, severity, ...more },
  annotations: { summary: `${alertname}!` },
  ...{ state: 'firing', value: 1, activeAtMs: Date.parse('2026-01-01T00:00:00Z') },
});

function begin(clock = virtualClock()) {
  const told: AlertGroup[] = [];
  const said: string[] = [];
  let failure: string | undefined;
  const notifications = new Notifications({
    ...{ policy, clock, to: 'http://receiver', say: (line: string) => void said.push(line) },
    tell: async (group) => {
      if (failure) throw new Error(failure);
      told.push(group);
    },
  });
  return {
    ...{ clock, notifications, said },
    fail: (error: string | undefined) => {
      failure = error;
    },
    /** What was told since the last look, as `receiver: firing A, resolved B`. */
    told: () =>
      told.splice(0).map(({ receiver, alerts }) => {
        const words = alerts.map(
          ({ labels, endsAtMs }) =>
            `${endsAtMs === undefined ? 'firing' : 'resolved'} ${labels.alertname} ${labels.n ?? ''}`,
        );
        return `${receiver}: ${words.map((each) => each.trim()).join(', ')}`;
      }),
  };
}

describe('what fires is told', () => {
  test('after the group’s wait, with what else has come by then; and its end', async () => {
    const { clock, notifications, told } = begin();
    notifications.update([alert('Down', 'page', { n: '1' })]);
    await clock.advance(9_000);
    expect(told()).toEqual([]);
    notifications.update([alert('Down', 'page', { n: '1' }), alert('Down', 'page', { n: '2' })]);
    await clock.advance(1_000);
    expect(told()).toEqual(['page: firing Down 1, firing Down 2']);
    notifications.update([alert('Down', 'page', { n: '2' })]);
    await clock.advance(299_000);
    expect(told()).toEqual([]);
    await clock.advance(1_000);
    expect(told()).toEqual(['page: firing Down 2, resolved Down 1']);
    notifications.update([]);
    await clock.advance(300_000);
    expect(told()).toEqual(['page: resolved Down 2']);
    await clock.advance(86_400_000);
    expect(told()).toEqual([]);
    expect(clock.waiting).toBe(0);
  });

  test('again each repeat interval, and not in between', async () => {
    const { clock, notifications, told } = begin();
    notifications.update([alert('Down')]);
    await clock.advance(3_600_000);
    expect(told()).toEqual(['page: firing Down']);
    await clock.advance(300_000);
    expect(told()).toEqual(['page: firing Down']);
  });

  test('not at all when it is over before the wait is', async () => {
    const { clock, notifications, told } = begin();
    notifications.update([alert('Down')]);
    notifications.update([]);
    await clock.advance(3_600_000);
    expect(told()).toEqual([]);
  });

  test('and a sign of life is not', async () => {
    const { clock, notifications, told } = begin();
    notifications.update([alert('Watchdog', 'none')]);
    await clock.advance(3_600_000);
    expect(told()).toEqual([]);
  });

  test('by route, in groups of their own', async () => {
    const { clock, notifications, told } = begin();
    notifications.update([alert('Down'), alert('Late', 'ticket'), alert('Down', 'page', { slo: 'reads' })]);
    await clock.advance(30_000);
    expect(told()).toEqual(['page: firing Down', 'page: firing Down', 'ticket: firing Late']);
  });
});

describe('inhibition', () => {
  test('a cause silences what follows from it, and the same alert as a page its ticket', async () => {
    const { clock, notifications, told } = begin();
    const all = [alert('DatabaseDown'), alert('Slow', 'ticket'), alert('Burns'), alert('Burns', 'ticket')];
    notifications.update(all);
    await clock.advance(60_000);
    expect(told()).toEqual(['page: firing DatabaseDown', 'page: firing Burns']);
    notifications.update(all.slice(1));
    await clock.advance(600_000);
    expect(told()).toContain('ticket: firing Slow');
  });

  test('who was told of a beginning is told of the end, although something else inhibits it by then', async () => {
    const { clock, notifications, told } = begin();
    notifications.update([alert('Slow', 'ticket')]);
    await clock.advance(30_000);
    expect(told()).toEqual(['ticket: firing Slow']);
    notifications.update([alert('Slow', 'ticket'), alert('DatabaseDown')]);
    await clock.advance(300_000);
    expect(told()).toEqual(['page: firing DatabaseDown']);
    notifications.update([alert('DatabaseDown')]);
    await clock.advance(300_000);
    expect(told()).toEqual(['ticket: resolved Slow']);
  });
});

describe('a receiver that fails', () => {
  test('is said once, tried again each minute, and gets everything in the end', async () => {
    const { clock, notifications, told, said, fail } = begin();
    fail('it answered 500');
    notifications.update([alert('Down'), alert('Late', 'ticket')]);
    await clock.advance(180_000);
    expect(said).toEqual(['alerts do not reach http://receiver: it answered 500; it is tried again each minute']);
    expect(notifications.state.failure).toMatchObject({ error: 'it answered 500' });
    fail(undefined);
    await clock.advance(60_000);
    expect(told()).toEqual(['page: firing Down', 'ticket: firing Late']);
    expect(said.at(-1)).toBe('alerts reach http://receiver again');
    expect(notifications.state).toEqual({ to: 'http://receiver', succeededAtMs: expect.any(Number) });
    fail('no answer within 10 s');
    notifications.update([]);
    await clock.advance(600_000);
    fail(undefined);
    await clock.advance(60_000);
    expect(told()).toEqual(['page: resolved Down', 'ticket: resolved Late']);
  });

  test('is not told of an end that is an hour old', async () => {
    const { clock, notifications, told, fail } = begin();
    notifications.update([alert('Down')]);
    await clock.advance(10_000);
    told();
    fail('it answered 500');
    notifications.update([]);
    await clock.advance(2 * 3_600_000);
    fail(undefined);
    await clock.advance(3_600_000);
    expect(told()).toEqual([]);
    expect(clock.waiting).toBe(0);
  });
});

test('a later process tells nothing twice, and what ended while nobody looked', async () => {
  const { clock, notifications } = begin();
  notifications.update([alert('Down'), alert('Gone')]);
  await clock.advance(10_000);
  const saved = JSON.parse(JSON.stringify(notifications.save()));
  await notifications.close();
  const later = begin(virtualClock(clock.now() + 600_000));
  later.notifications.restore(saved);
  later.notifications.update([alert('Down')]);
  await later.clock.advance(300_000);
  expect(later.told()).toEqual(['page: resolved Gone']);
});

test('a clock that is set back puts nothing off for long', async () => {
  const first = begin();
  first.notifications.update([alert('Down')]);
  await first.clock.advance(10_000);
  const saved = first.notifications.save();
  const later = begin(virtualClock(first.clock.now() - 3_600_000));
  later.notifications.restore(saved);
  later.notifications.update([]);
  await later.clock.advance(360_000 + 60_000);
  expect(later.told()).toEqual(['page: resolved Down']);
});

test.each([
  ['route: {group_by: 5}', /^route\.group_by: /],
  ['route: {matchers: ["="]}', /not understood/],
  ['route: {group_wait: soon}', /soon is no duration/],
  ['receivers: []', /^route: /],
])('the configuration %s is refused', (text, message) => {
  expect(() => readAlertPolicy(text)).toThrow(message);
});
