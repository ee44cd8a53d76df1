import { buildRouteMap } from '@stricli/core';
import { cancel } from './cancel.ts';
import { deadLetter } from './dead-letter.ts';
import { deadLetters } from './dead-letters.ts';
import { dismiss } from './dismiss.ts';
import { explain } from './explain.ts';
import { follow } from './follow.ts';
import { reconcile } from './reconcile.ts';
import { redrive } from './redrive.ts';
import { replay } from './replay.ts';
import { send } from './send.ts';
import { tail } from './tail.ts';

/** `dormouse events …` */
export const events = buildRouteMap({
  docs: { brief: 'Dead letters, replays, and events as they come' },
  routes: {
    'dead-letters': deadLetters,
    'dead-letter': deadLetter,
    redrive,
    dismiss,
    reconcile,
    replay,
    follow,
    cancel,
    tail,
    send,
    explain,
  },
});
