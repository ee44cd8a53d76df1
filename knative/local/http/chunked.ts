const CR = 13;
const LF = 10;

type Step = 'size' | 'extension' | 'sizeEnd' | 'data' | 'dataEnd' | 'dataEndLf' | 'trailer' | 'trailerLf' | 'end';

/**
 * Finds the end of a chunked body (RFC 9112 section 7.1) and hands out its payload, strictly: line ends are CRLF, sizes
 * are at most eight hex digits, extensions and trailers (which are dropped) have bounds.
 */
export class ChunkedReader {
  #step: Step = 'size';
  #size = 0;
  #digits = 0;
  /** Bytes of extensions and trailers so far. */
  #extra = 0;
  /** Bytes in the trailer line being read. */
  #line = 0;

  get done(): boolean {
    return this.#step === 'end';
  }

  /**
   * Reads on; `payload` gets slices of `bytes`.
   * @returns how many bytes belong to the body: fewer than given only when `done`; -1 when it is malformed.
   */
  read(bytes: Buffer, payload: (slice: Buffer) => void): number {
    let at = 0;
    while (at < bytes.length && this.#step !== 'end') {
      if (this.#step === 'data') {
        const slice = bytes.subarray(at, at + this.#size);
        at += slice.length;
        this.#size -= slice.length;
        if (this.#size === 0) this.#step = 'dataEnd';
        payload(slice);
      } else if (!this.#byte(bytes[at++]!)) return -1;
    }
    return at;
  }

  #byte(byte: number): boolean {
    switch (this.#step) {
      case 'size':
        return this.#sizeByte(byte);
      case 'extension':
        if (byte === CR) return this.#to('sizeEnd');
        return byte !== LF && ++this.#extra < 4096;
      case 'sizeEnd':
        this.#digits = 0;
        return byte === LF && this.#to(this.#size > 0 ? 'data' : 'trailer');
      case 'dataEnd':
        return byte === CR && this.#to('dataEndLf');
      case 'dataEndLf':
        return byte === LF && this.#to('size');
      case 'trailer':
        if (byte === CR) return this.#to('trailerLf');
        this.#line++;
        return byte !== LF && ++this.#extra < 8192;
      case 'trailerLf':
        if (byte !== LF) return false;
        this.#to(this.#line === 0 ? 'end' : 'trailer');
        this.#line = 0;
        return true;
      default:
        return false;
    }
  }

  #sizeByte(byte: number): boolean {
    const digit = hex(byte);
    if (digit >= 0) {
      this.#size = this.#size * 16 + digit;
      return ++this.#digits <= 8;
    }
    if (this.#digits === 0) return false;
    if (byte === CR) return this.#to('sizeEnd');
    return byte === 0x3b && this.#to('extension'); // ";"
  }

  #to(step: Step): true {
    this.#step = step;
    return true;
  }
}

function hex(byte: number): number {
  if (byte >= 48 && byte <= 57) return byte - 48;
  const lower = byte | 32;
  return lower >= 97 && lower <= 102 ? lower - 87 : -1;
}
