import { changing } from './changing.ts';

/** `dormouse posts unpublish POST…` */
export const unpublish = changing(
  {
    brief: 'Makes posts drafts again, and takes a time of publication away',
    fullDescription: [
      'Makes posts drafts again, which readers do not see; of a scheduled draft it takes the time away.',
      '',
      '  dormouse posts unpublish 7',
    ].join('\n'),
  },
  { status: 'draft', published_at: null },
);
