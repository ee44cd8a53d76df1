import { type TestDatabase, testDatabase } from '@dormouse/tests/database';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { killDuringDeliveries } from './killed.fixture.ts';

let db: TestDatabase;
beforeAll(async () => {
  db = await testDatabase('categories', 'posts', 'webhooks');
});
afterAll(() => db.drop());

// docs/benchmarks.md has the figures of a large campaign, and its command.
const { WEBHOOK_EVENTS = '24', WEBHOOK_KILLS = '3' } = process.env;
const size = { events: Number(WEBHOOK_EVENTS), webhooks: 5, kills: Number(WEBHOOK_KILLS) };

test('nothing is lost by kill -9 while deliveries are made, and what comes twice has the same id', async () => {
  const result = await killDuringDeliveries(db, size);
  if (process.env.WEBHOOK_EVENTS) console.log(JSON.stringify(result));
  const all = size.events * size.webhooks;
  expect(result).toMatchObject({ made: all, received: all, unsettled: 0, wrong: 0, kills: size.kills });
}, 3_600_000);
