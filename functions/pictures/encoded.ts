/** A variant, encoded. */
export interface EncodedVariant {
  /** As media names it: `1280.webp`. */
  name: string;
  bytes: Buffer;
}

export interface Encoded {
  /** As the picture is shown. */
  width: number;
  height: number;
  /** The average, `#rrggbb`. */
  color: string;
  animated: boolean;
  /** In the order in which they are to be stored. */
  variants: EncodedVariant[];
}

/** Decodes what was uploaded, and encodes its variants. @throws Undecodable, NoEncoder */
export type Encode = (original: Buffer) => Promise<Encoded>;

/** There cannot be any variants; the message is for whoever uploaded it. */
export class Undecodable extends Error {
  override name = 'Undecodable';
}

/** This machine has nothing to decode pictures with. */
export class NoEncoder extends Error {
  override name = 'NoEncoder';
}
