import * as v from 'valibot';
import { roles } from './caller.ts';

/** What ended, or changed, while access tokens that say otherwise are still good. */
export const revocations = v.strictObject({
  sessions: v.array(v.string()),
  roles: v.array(v.strictObject({ id: v.number(), role: v.picklist(roles) })),
});
export type Revocations = v.InferOutput<typeof revocations>;
