import { buildRouteMap } from '@stricli/core';
import { print } from './print.ts';
import { rotate } from './rotate.ts';

/** `dormouse secrets …`, which is `npm run secrets`. */
export const secrets = buildRouteMap({
  docs: { brief: 'Secrets for a cluster: new ones, and new passwords in those that are there' },
  defaultCommand: 'print',
  routes: { print, rotate },
});
