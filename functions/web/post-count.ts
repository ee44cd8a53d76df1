/** How many posts something has, in words. */
export const postCount = (count: number): string => (count === 1 ? '1 post' : `${count} posts`);
