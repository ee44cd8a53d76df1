import { changing } from './changing.ts';

/** `dormouse posts publish POST…` */
export const publish = changing(
  {
    brief: 'Publishes posts now',
    fullDescription: [
      'Publishes drafts now, scheduled ones too.',
      '',
      '  dormouse posts publish 7 wake-on-request',
    ].join('\n'),
  },
  { status: 'published' },
);
