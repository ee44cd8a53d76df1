import { expect, test } from 'vitest';
import { stopOnce } from './stop-once.ts';

test('stops every part in reverse order, reports those that fail, and does it once', async () => {
  const stopped: string[] = [];
  const reports: string[] = [];
  const cleanup = new AsyncDisposableStack();
  const part = (name: string, error?: string) =>
    cleanup.defer(async () => {
      await new Promise(setImmediate);
      stopped.push(name);
      if (error) throw new Error(error);
    });
  part('database', 'still busy');
  part('broker');
  part('ingress', 'no such listener');
  const stop = stopOnce(cleanup, (sentence) => reports.push(sentence));

  const first = stop();
  await stop();
  expect(stopped).toEqual(['ingress', 'broker', 'database']);
  expect(reports).toEqual([
    'a part of the platform did not stop: no such listener',
    'a part of the platform did not stop: still busy',
  ]);
  await first;
});
