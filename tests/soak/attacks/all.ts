import type { Attack } from '../attack.ts';
import { brokenTelemetry } from './broken-telemetry.ts';
import { foreignPages } from './foreign-pages.ts';
import { forgedAddress } from './forged-address.ts';
import { forgedEvents } from './forged-events.ts';
import { longTexts } from './long-texts.ts';
import { mutatedRequests } from './mutated-requests.ts';
import { protocols } from './protocols.ts';
import { queries } from './queries.ts';
import { slowBodies, slowHeads } from './slow-requests.ts';
import { badTokens, inventedSecrets } from './tokens.ts';
import { unreadAnswers } from './unread-answers.ts';
import { uploads } from './uploads.ts';
import { logInsByAddress, logInsByName } from './wrong-log-ins.ts';

export const attacks: readonly Attack[] = [
  slowBodies,
  slowHeads,
  mutatedRequests,
  uploads,
  unreadAnswers,
  protocols,
  logInsByName,
  logInsByAddress,
  badTokens,
  inventedSecrets,
  forgedEvents,
  forgedAddress,
  longTexts,
  queries,
  foreignPages,
  brokenTelemetry,
];
