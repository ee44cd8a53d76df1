import { expect, it } from 'vitest';
import { campaign } from './campaign.ts';
import { openLaptop } from './laptop.ts';
import { asJson, asMarkdown } from './report.ts';

/** Its first six steps are a kill each of PostgreSQL, recorder, posts and the platform on a slow disk, a stopped function, and a full disk. */
const seed = 21_518;
const limits = { timeout: 240_000 };

it('six faults of a fixed seed lose nothing, do nothing twice and leave nothing behind', limits, async () => {
  const said: string[] = [];
  const say = (line: string) => void said.push(line);
  const pace = { steps: 6, authors: 3, pauseMs: 1_500 };
  const result = await campaign({ seed, minutes: 1, kills: 0, events: 0, ...pace, say }, () =>
    openLaptop({ seed, rate: 60, say }),
  );
  const report = `seed ${seed}\n${said.join('\n')}\n${asMarkdown(result, 'npm test')}`;
  expect(result.violations, report).toEqual([]);
  expect(result.steps.map(({ step: { fault } }) => `${fault.kind} ${fault.target}`).sort(), report).toEqual([
    'disk full',
    'kill platform-on-slow-disk',
    'kill postgres',
    'kill posts',
    'kill recorder',
    'pause categories',
  ]);
  expect(result.steps.filter(({ counted }) => counted).length, report).toBeGreaterThan(0);
  expect(result.ledger.acknowledgedEvents, report).toBeGreaterThan(200);
  expect(JSON.parse(asJson(result, 'npm test'))).toMatchObject({
    seed,
    violations: [],
    counts: { 'effects twice': 0, violations: 0 },
  });
});
