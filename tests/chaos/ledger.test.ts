import { expect, it } from 'vitest';
import { Ledger } from './ledger.ts';

it('after a fault only what was begun after it shows that the platform has recovered', async () => {
  const ledger = new Ledger();
  const before = performance.now();
  let recovered = false;
  const waiting = ledger.nextAcknowledgement().then(() => {
    recovered = true;
  });
  ledger.acknowledge(before);
  await Promise.resolve();
  expect(recovered).toBe(false);
  ledger.acknowledge(performance.now());
  await waiting;
  expect(recovered).toBe(true);
});

it('a request is in flight until it has ended, whether well or not', async () => {
  const ledger = new Ledger();
  const { promise, reject } = Promise.withResolvers<never>();
  const request = ledger.during(() => promise);
  expect(ledger.inFlight).toBe(1);
  reject(new Error('the platform was killed'));
  await expect(request).rejects.toThrow('killed');
  expect(ledger.inFlight).toBe(0);
});

it('counts events that the Broker took and those that acknowledged writes announced', () => {
  const ledger = new Ledger();
  ledger.streams.push(
    { subject: 'stream/0', acknowledged: 20, sent: 30 },
    { subject: 'stream/1', acknowledged: 10, sent: 10 },
  );
  ledger.announced = 7;
  expect(ledger.acknowledgedEvents).toBe(37);
});
