import { serve } from '@dormouse/runtime/serve';
import { createApp } from './app.ts';

await serve('authors', ({ outbox }) => createApp({ outbox }));
