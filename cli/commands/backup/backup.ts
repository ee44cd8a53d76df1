import { buildRouteMap } from '@stricli/core';
import { create } from './create.ts';
import { list } from './list.ts';
import { verify } from './verify.ts';

/** `dormouse backup …` */
export const backup = buildRouteMap({
  docs: { brief: 'Backups of database, events, pictures and keys' },
  routes: { create, list, verify },
});
