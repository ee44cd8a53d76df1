import { callService } from '@dormouse/runtime/client';
import { serve } from '@dormouse/runtime/serve';
import { createApp } from './app.ts';
import { cardDrawer } from './draw-card.ts';
import { encoder } from './encode.ts';
import { mediaAt } from './media.ts';

await serve(
  'pictures',
  ({ config, log }) => {
    const { media } = config.urls;
    if (!media) throw new Error('MEDIA_URL must say where media is');
    return createApp({ media: mediaAt(media, callService), encode: encoder(), draw: cardDrawer(), log });
  },
  { database: false },
);
