import {
  authorsFile,
  blogFile,
  picturePath,
  postPath,
  writeAuthorsFile,
  writeBlogFile,
} from '../blog-folder/layout.ts';
import { postFile } from '../blog-folder/post-file.ts';
import { bytesOf, type Format, fileTime, undated } from './format.ts';

/** Markdown with front matter, which `dormouse import` reads back to the byte. */
export const markdown: Format = async (blog, target) => {
  await target.add(blogFile, bytesOf(writeBlogFile({ settings: blog.settings })), undated);
  await target.add(authorsFile, bytesOf(writeAuthorsFile(blog.authors)), undated);
  for await (const { post, ...besides } of blog.posts())
    await target.add(postPath(post), bytesOf(postFile(post, besides)), fileTime(post.updated_at));
  for await (const { address, type, bytes, changed } of blog.pictures({ asUploaded: true }))
    await target.add(picturePath(address, type), bytes, changed);
};
