const dense = /[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]/g;

/** Words of a text; of scripts without blanks, each sign. */
export const countWords = (text: string): number =>
  (text.match(dense)?.length ?? 0) + (text.replace(dense, ' ').match(/[\p{L}\p{N}]\S*/gu)?.length ?? 0);
