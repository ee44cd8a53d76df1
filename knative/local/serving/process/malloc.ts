/**
 * Variables of glibc's allocator for a Node.js process, which must be there when it starts. By default each thread that allocates has an
 * arena of its own, and free memory stays in them: under load a function that hashes passwords held 195 MiB beside a heap of 27, with these 55 (decision 60).
 * Allocators of other C libraries read none of them.
 *
 * Source: mallopt(3), "Environment variables".
 */
export const mallocVariables = {
  /** Threads share so many arenas. */
  MALLOC_ARENA_MAX: '2',
  /** Bytes at an arena's end that are given back; set, it also keeps blocks from 128 KiB on in mappings of their own. */
  MALLOC_TRIM_THRESHOLD_: '131072',
} as const;
