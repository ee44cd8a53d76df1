import { argument } from '../../parameters.ts';
import { postName } from '../../writing/post-name.ts';

/** A post: its number, its slug, or the address of its page. */
export const postArgument = argument('POST', 'Number, slug or address of a post', postName);

/** Several of them. */
export const postArguments = { kind: 'array', parameter: postArgument, minimum: 1, maximum: 1000 } as const;
