import { buildRouteMap } from '@stricli/core';
import { decisionCommand } from './decide.ts';
import { list } from './list.ts';
import { remove } from './remove.ts';

/** `dormouse comments …` */
export const comments = buildRouteMap({
  docs: {
    brief: 'Lists the comments that wait for a moderator, and decides on them',
    fullDescription: [
      'Lists the comments that wait for a moderator, and decides on them: editors on all, authors on those of their posts.',
      '',
      '  dormouse comments list',
      '  dormouse comments approve 12 13',
      '  dormouse comments spam 14',
    ].join('\n'),
  },
  routes: {
    list,
    approve: decisionCommand('published', 'Shows comments to readers', 'approve'),
    spam: decisionCommand('spam', 'Hides comments as spam, from which the blog learns', 'spam'),
    delete: remove,
  },
});
