import { blogUpdated } from './blog.ts';
import { categoryCreated, categoryDeleted, categoryUpdated } from './category.ts';
import { commentCreated, commentDeleted, commentModerated, commentUpdated } from './comment.ts';
import type { EventContract } from './contract.ts';
import { invitationAccepted, invitationCreated, invitationRevoked } from './invitation.ts';
import { batchDue } from './journal.ts';
import { mailRequested } from './mail.ts';
import { mediaDeleted, mediaDrawn, mediaOutdated, mediaReady, mediaRefused, mediaUploaded } from './media.ts';
import { newsletterDue } from './newsletter.ts';
import { postCreated, postDeleted, postPublished, postUnpublished, postUpdated } from './post.ts';
import { tokenCreated, tokenRevoked } from './token.ts';
import { userDeleted, userRegistered, userUpdated } from './user.ts';
import { webhookDisabled, webhookDue } from './webhook.ts';

/** Every event of the platform. Schemas, EventTypes, the AsyncAPI document and the tests of examples and Triggers come from here. */
export const catalogue: readonly EventContract[] = [
  postCreated,
  postUpdated,
  postPublished,
  postUnpublished,
  postDeleted,
  categoryCreated,
  categoryUpdated,
  categoryDeleted,
  userRegistered,
  userUpdated,
  userDeleted,
  tokenCreated,
  tokenRevoked,
  invitationCreated,
  invitationAccepted,
  invitationRevoked,
  blogUpdated,
  batchDue,
  mediaUploaded,
  mediaReady,
  mediaRefused,
  mediaDrawn,
  mediaOutdated,
  mediaDeleted,
  commentCreated,
  commentUpdated,
  commentModerated,
  commentDeleted,
  webhookDue,
  webhookDisabled,
  mailRequested,
  newsletterDue,
];
