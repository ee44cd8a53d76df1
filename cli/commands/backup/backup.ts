import { buildRouteMap } from '@stricli/core';
import { create } from './create.ts';
import { drill } from './drill.ts';
import { list } from './list.ts';
import { prune } from './prune.ts';
import { tryOne } from './try.ts';
import { verify } from './verify.ts';

/** `dormouse backup …` */
export const backup = buildRouteMap({
  docs: { brief: 'Backups of database, events, pictures and keys' },
  routes: { create, list, verify, try: tryOne, prune, drill },
});
