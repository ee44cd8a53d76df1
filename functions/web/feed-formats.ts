/** The formats that each feed is offered in, by the last part of its address. */
export const feedFormats = [
  { name: 'atom', file: 'feed.xml', type: 'application/atom+xml' },
  { name: 'rss', file: 'rss.xml', type: 'application/rss+xml' },
  { name: 'json', file: 'feed.json', type: 'application/feed+json' },
] as const;

export type FeedFormat = (typeof feedFormats)[number];
