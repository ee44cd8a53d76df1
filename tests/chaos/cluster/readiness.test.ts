import { expect, it } from 'vitest';
import { notReady } from './readiness.ts';

it('names each object that is not Ready, with its own words', () => {
  const of = (name: string, ...conditions: { type: string; status: string; message?: string }[]) => ({
    kind: 'Trigger',
    metadata: { name },
    status: { conditions },
  });
  expect(
    notReady([
      of('one', { type: 'Ready', status: 'True' }),
      of('two', { type: 'Ready', status: 'False', message: 'no subscriber' }),
      of('three', { type: 'BrokerReady', status: 'True' }),
    ]),
  ).toEqual(['Trigger two: no subscriber', 'Trigger three: it has no condition Ready']);
});
