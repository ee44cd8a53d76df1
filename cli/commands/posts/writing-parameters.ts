import { flag, option } from '../../parameters.ts';
import type { BlogFlags } from '../../writing/blog-connection.ts';
import type { Change } from '../../writing/text-file.ts';
import { blogFlags, commas } from '../blog-parameters.ts';

export type WritingFlags = BlogFlags & { title?: string; category?: string; tags?: string[]; publish?: boolean };

/** What is said of a post beside its text. */
export const writingFlags = {
  title: option('TEXT', 'Its title'),
  category: option('NAME', 'Its category, made where there is none of the name'),
  tags: option('LIST', 'Its tags, with commas between; "" for none', commas),
  publish: flag('Publish it at once'),
  ...blogFlags,
};

/** What options say, which goes before what the text says. */
export const said = ({ title, category, tags, publish }: WritingFlags): Change => ({
  ...(title !== undefined && { title }),
  ...(category !== undefined && { category_name: category }),
  ...(tags && { tags }),
  ...(publish && { status: 'published' }),
});
