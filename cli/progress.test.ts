import { describe, expect, it } from 'vitest';
import { waiting } from './progress.ts';

const shownBy = (isTTY: boolean, columns = 80) => {
  const shown: string[] = [];
  let now = 0;
  const say = waiting({ isTTY, columns, write: (text) => shown.push(text) }, () => now);
  return { shown, say, pass: (ms: number) => void (now += ms) };
};

describe('what waits', () => {
  it('says why, for how long and until when, in a line every ten seconds', () => {
    const { shown, say, pass } = shownBy(false);
    say({ reason: 'HTTP 503', ms: 4000, waitedMs: 6000 });
    pass(9000);
    say({ reason: 'HTTP 503', ms: 4000, waitedMs: 15_000 });
    pass(1000);
    say({ reason: 'HTTP 503: It wakes', ms: 10_000, waitedMs: 16_400 });
    expect(shown).toEqual([
      'waiting for 6 s, again in 4 s: HTTP 503\n',
      'waiting for 16 s, again in 10 s: HTTP 503: It wakes\n',
    ]);
  });

  it('stands in the place of the bar on a terminal, never wider than it', () => {
    const { shown, say } = shownBy(true, 30);
    for (const waitedMs of [6000, 10_000]) say({ reason: 'HTTP 503', ms: 4000, waitedMs });
    expect(shown).toEqual(['\r\x1b[2Kwaiting for 6 s, again in 4 s', '\r\x1b[2Kwaiting for 10 s, again in 4 ']);
  });

  it('passes over short pauses', () => {
    const { shown, say } = shownBy(false);
    say({ reason: 'ECONNRESET', ms: 250, waitedMs: 3 });
    expect(shown).toEqual([]);
  });
});
