import { expect, test } from 'vitest';
import { brokerOf, channel, service, subscription, toChannel, trigger } from './broker.fixture.ts';
import { triggerList } from './trigger-list.ts';

test('Subscriptions are listed behind the Triggers, with what their channel says of delivery', () => {
  const listed = triggerList({
    brokers: [brokerOf()],
    triggers: [trigger('web')],
    channels: [channel('orders', { retry: 2, deadLetterSink: service('dead') }), channel('paid')],
    subscriptions: [subscription('bill', 'orders', { reply: toChannel('paid') })],
    eventTypes: [],
  });
  expect(listed).toMatchObject([
    { name: 'web', broker: 'default', delivery: { retry: 10, backoff_delay_ms: 200 } },
    {
      name: 'bill',
      broker: 'channel:orders',
      subscriber: 'http://bill.dormouse.svc.cluster.local/events',
      reply: 'http://paid-kn-channel.dormouse.svc.cluster.local',
      delivery: {
        retry: 2,
        backoff_delay_ms: 0,
        dead_letter_sink: 'http://dead.dormouse.svc.cluster.local/events',
      },
    },
  ]);
});
