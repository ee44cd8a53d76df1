import { buildRouteMap } from '@stricli/core';
import { init } from './init.ts';
import { list } from './list.ts';
import { rotate } from './rotate.ts';

/** `dormouse keys …` */
export const keys = buildRouteMap({
  docs: { brief: 'The keys that sign access tokens' },
  routes: { list, rotate, init },
});
