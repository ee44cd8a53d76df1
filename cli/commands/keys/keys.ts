import { buildRouteMap } from '@stricli/core';
import { events } from './events.ts';
import { init } from './init.ts';
import { list } from './list.ts';
import { rotate } from './rotate.ts';

/** `dormouse keys …` */
export const keys = buildRouteMap({
  docs: { brief: 'The keys that sign access tokens, and those that sign events' },
  routes: { list, rotate, init, events },
});
