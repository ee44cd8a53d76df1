import { buildRouteMap } from '@stricli/core';
import { edit } from './edit.ts';
import { list } from './list.ts';
import { newPost } from './new.ts';
import { publish } from './publish.ts';
import { remove } from './remove.ts';
import { schedule } from './schedule.ts';
import { show } from './show.ts';
import { unpublish } from './unpublish.ts';

/** `dormouse posts …` */
export const posts = buildRouteMap({
  docs: {
    brief: 'Lists, writes, publishes and deletes posts of a blog',
    fullDescription: [
      'Lists, writes, publishes and deletes posts of a blog, as whoever "dormouse login" has logged in.',
      '',
      '  dormouse posts new                        in your editor (VISUAL, EDITOR)',
      '  dormouse posts list --status draft',
      '  dormouse posts publish 7',
    ].join('\n'),
  },
  routes: { list, show, new: newPost, edit, publish, unpublish, schedule, delete: remove },
});
