/** Bytes by key: a path of lower-case names, `pictures/ab/…`. What is written is there as a whole or not at all, also after a crash. */
export interface ObjectStore {
  read(key: string): Promise<Uint8Array<ArrayBuffer> | undefined>;
  has(key: string): Promise<boolean>;
  /** In the place of what was there. */
  write(key: string, bytes: Uint8Array): Promise<void>;
  /** What is not there is no error. */
  remove(keys: readonly string[]): Promise<void>;
  /** Removes what is left of writes that were broken off before. @returns how many */
  removeBroken(before: Date): Promise<number>;
}
