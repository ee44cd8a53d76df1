import { callService } from '@dormouse/runtime/client';
import { variable } from '@dormouse/runtime/config';
import { serve } from '@dormouse/runtime/serve';
import { createApp } from './app.ts';
import { openCards } from './cards.ts';
import { drawnBy, inTurn } from './drawing.ts';
import { sweepEarlierCards } from './earlier-cards.ts';
import { folderStore } from './folder-store.ts';
import { namedPictures } from './named-pictures.ts';
import type { ObjectStore } from './object-store.ts';
import { openPictures } from './store.ts';
import { collectUnused } from './unused.ts';
import { bodyLimit } from './upload.ts';

const bucket = variable('MEDIA_STORE', '');
const objects = bucket ? await storeIn(bucket) : folderStore(variable('MEDIA_DIR'));

async function storeIn(url: string): Promise<ObjectStore> {
  const { bucketVariables, s3Store } = await import('./s3-store.ts');
  const env = Object.fromEntries(bucketVariables.map((name) => [name, variable(name, '')]));
  return s3Store({ url, env, uploadUrl: variable('MEDIA_UPLOAD_URL', '') });
}

await serve(
  'media',
  ({ sql, outbox, tokens, limiter, config }) => {
    const pictures = openPictures({ sql, outbox, objects });
    const collect = () => collectUnused({ sql, pictures, objects, named: namedPictures(sql) });
    const drawer = config.urls.pictures;
    if (!drawer) throw new Error('PICTURES_URL must say where pictures is');
    const cards = openCards({ sql, objects, draw: inTurn(drawnBy(drawer, callService)) });
    const sweepCards = async () => (await cards.sweep()) + (await sweepEarlierCards(sql, objects));
    return createApp({ pictures, objects, outbox, cards, sweepCards, tokens, limiter, collect });
  },
  // Pictures are there without it.
  { readyWithoutDatabase: true, bodyLimit, bodiesLimit: 64 * 1024 * 1024 },
);
