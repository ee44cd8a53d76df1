import { newApp } from '@dormouse/runtime/app';
import { accounts } from './accounts.ts';
import { blog } from './blog.ts';
import type { Auth } from './dependencies.ts';
import { discovery } from './discovery.ts';
import { sessions } from './sessions.ts';

/** The function auth: who somebody is. */
export function createApp(auth: Auth) {
  return newApp()
    .route('/', discovery(auth))
    .route('/', accounts(auth))
    .route('/', sessions(auth))
    .route('/', blog(auth));
}
