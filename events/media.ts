import * as v from 'valibot';
import { contract } from './contract.ts';
import { color, id, text } from './field.ts';

const source = '/media';

/** A picture's name everywhere. */
export const hash = v.pipe(
  v.string(),
  v.regex(/^[0-9a-f]{64}$/),
  v.description('SHA-256 of what was uploaded, in lower-case hexadecimal digits.'),
);
const size = v.pipe(v.number(), v.safeInteger(), v.minValue(1));

export const mediaUploaded = contract({
  type: 'dev.dormouse.media.uploaded.v1',
  source,
  schema: v.object({
    hash,
    type: v.pipe(text, v.description('Media type, by the first bytes alone.')),
    bytes: v.pipe(size, v.description('Of what was uploaded.')),
  }),
  emitted:
    'When a picture was uploaded that has no variants yet; again when somebody looks at it two minutes later and still waits.',
});

export const mediaReady = contract({
  type: 'dev.dormouse.media.ready.v1',
  source,
  schema: v.object({
    hash,
    width: v.pipe(size, v.description('As it is shown: turned as its EXIF says.')),
    height: size,
    color: v.pipe(color, v.description('The average colour.')),
    animated: v.boolean(),
  }),
  emitted: 'When all variants of a picture are stored.',
});

export const mediaRefused = contract({
  type: 'dev.dormouse.media.refused.v1',
  source,
  schema: v.object({ hash, reason: v.pipe(text, v.description('A sentence for whoever uploaded it.')) }),
  emitted: 'When a picture cannot be decoded, or is too large to be.',
});

export const mediaDrawn = contract({
  type: 'dev.dormouse.media.drawn.v1',
  source,
  schema: v.object({
    post: id,
    version: v.pipe(id, v.description('Of the post that it was drawn of.')),
    hash: v.pipe(
      v.nullable(v.pipe(v.string(), v.regex(/^[0-9a-f]{64}$/))),
      v.description('SHA-256 of the picture; null: the post has none any more.'),
    ),
  }),
  retired: true,
  emitted:
    'No more; until cards of links were drawn when they are asked for: when the picture that stands for a post on them was another one than before, or was gone.',
});

export const mediaOutdated = contract({
  type: 'dev.dormouse.media.outdated.v1',
  source,
  schema: v.object({
    cards: v.pipe(
      v.array(
        v.object({
          post: id,
          version: v.pipe(id, v.maxValue(2 ** 31 - 1), v.description('Of the post.')),
          title: text,
        }),
      ),
      v.minLength(1),
      v.maxLength(20),
    ),
  }),
  retired: true,
  emitted:
    'No more; until cards of links were drawn when they are asked for: when the blog had another name or accent colour, for some published posts whose pictures showed the old one.',
});

export const mediaDeleted = contract({
  type: 'dev.dormouse.media.deleted.v1',
  source,
  schema: v.object({ hash }),
  emitted: 'When a picture is gone: the last of those who had uploaded it has deleted it, or an editor has.',
});
