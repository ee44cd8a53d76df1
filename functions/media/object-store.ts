/** Bytes by key: a path of lower-case names, `pictures/ab/…`. What is written is there as a whole or not at all, also after a crash. */
export interface ObjectStore {
  read(key: string): Promise<Uint8Array<ArrayBuffer> | undefined>;
  has(key: string): Promise<boolean>;
  /** Lets somebody else put one object of so many bytes, and of that hash, for some seconds. Absent: nobody but us reaches the store. */
  invite?(key: string, upload: ExpectedUpload, seconds: number): Promise<Invitation>;
  /** In the place of what was there. */
  write(key: string, bytes: Uint8Array): Promise<void>;
  /** What is not there is no error. */
  remove(keys: readonly string[]): Promise<void>;
  /** Removes what is left of writes that were broken off before. @returns how many */
  removeBroken(before: Date): Promise<number>;
}

export interface ExpectedUpload {
  bytes: number;
  /** SHA-256, in hexadecimal digits. */
  hash: string;
}

/** A request that the store takes from anybody who has it. */
export interface Invitation {
  /** PUT goes here. */
  url: string;
  /** It must have these fields, with these values. */
  headers: Readonly<Record<string, string>>;
}
