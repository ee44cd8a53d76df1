import { text } from '@dormouse/runtime/text';
import * as v from 'valibot';

/** Body of PATCH: the rules of `category_name` where posts are written. */
export const newName = v.strictObject({
  name: v.pipe(
    text(1, 50),
    v.check(
      (value) => /[^\p{White_Space}\p{Cc}\p{Default_Ignorable_Code_Point}]/u.test(value),
      'must have something to see',
    ),
  ),
});

/** Body of a verification. */
export const verification = v.strictObject({ repair: v.optional(v.boolean('must be true or false'), false) });

/** Body of a merge: the id of the category that takes over. */
export const mergeInto = v.strictObject({
  into: v.pipe(v.number('must be an id'), v.safeInteger('must be an id'), v.minValue(1, 'must be an id')),
});
