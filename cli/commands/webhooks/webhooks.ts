import { buildRouteMap } from '@stricli/core';
import { add } from './add.ts';
import { list } from './list.ts';
import { remove } from './remove.ts';
import { test } from './test.ts';

/** `dormouse webhooks …` */
export const webhooks = buildRouteMap({
  docs: {
    brief: 'Has programs of others told of posts; for operators',
    fullDescription: [
      'Has programs of others told of public posts; for operators and administrators.',
      '',
      '  dormouse webhooks add https://receiver.example/hook',
      '  dormouse webhooks test 1',
    ].join('\n'),
  },
  routes: { list, add, remove, test },
});
