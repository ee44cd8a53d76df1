/** Of one response so much may wait for its client while its function goes on and is free for others; of all responses together so much. */
const [responseLimit, totalLimit] = [262_144, 64 * 1024 * 1024];

/** The bytes of a listener's responses that clients have not taken yet. */
export interface UnsentBytes {
  /** For one response: call the result with its unsent bytes when they change; it says whether more may be added. */
  ofResponse(): (bytes: number) => boolean;
}

export function createUnsentBytes(perResponse = responseLimit, total = totalLimit): UnsentBytes {
  let all = 0;
  return {
    ofResponse() {
      let own = 0;
      return (bytes) => {
        all += bytes - own;
        own = bytes;
        return own < perResponse && all < total;
      };
    },
  };
}
