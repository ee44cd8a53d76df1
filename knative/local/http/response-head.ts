/** The body lasts until the connection ends. */
export const untilClose = -2;
/** The body is chunked. */
export const chunked = -1;

const telling = new Uint8Array(256);
for (const first of 'ckt') telling[first.charCodeAt(0)] = 1;
const statusLine = /^HTTP\/1\.[01] ([1-5][0-9]{2})(?: [\t\x20-\x7e\x80-\xff]*)?\r\n/;

/** The head of an instance's response. One object serves all responses of a connection. */
export class ResponseHead {
  /** Status line and fields, each with its CRLF, without the empty line. */
  text = '';
  status = 0;
  /** Where the fields begin in `text`. */
  fields = 0;
  /** Bytes of the body, `chunked` or `untilClose`. */
  length = 0;
  keepAlive = true;
  /** How long the instance says it keeps an idle connection. */
  keepAliveMs = 5_000;

  /**
   * @param bodiless the request was a HEAD
   * @returns false when it is no HTTP response
   */
  read(text: string, bodiless: boolean): boolean {
    this.text = text;
    this.length = untilClose;
    const line = statusLine.exec(text);
    if (!line) return false;
    this.status = Number(line[1]);
    this.fields = line[0].length;
    this.keepAlive = text.charCodeAt(7) === 49;
    if (!this.#fields(text)) return false;
    if (bodiless || this.status === 204 || this.status === 304 || this.status < 200) this.length = 0;
    if (this.length === untilClose) this.keepAlive = false;
    return true;
  }

  #fields(text: string): boolean {
    let lengths = 0;
    let isChunked = false;
    for (let at = this.fields, next = 0; at < text.length; at = next) {
      next = text.indexOf('\r\n', at) + 2;
      if (telling[text.charCodeAt(at) | 32] === 0) continue;
      const colon = text.indexOf(':', at);
      if (colon < 0 || colon > next) return false;
      switch (text.slice(at, colon).toLowerCase()) {
        case 'content-length':
          this.length = Number(text.slice(colon + 1, next - 2));
          if (++lengths > 1 || !Number.isSafeInteger(this.length) || this.length < 0) return false;
          break;
        case 'transfer-encoding':
          isChunked =
            text
              .slice(colon + 1, next - 2)
              .trim()
              .toLowerCase() === 'chunked';
          if (!isChunked) return false;
          break;
        case 'connection':
          if (
            text
              .slice(colon + 1, next - 2)
              .toLowerCase()
              .includes('close')
          )
            this.keepAlive = false;
          break;
        case 'keep-alive':
          this.keepAliveMs = Number(/timeout=(\d+)/.exec(text.slice(colon + 1, next - 2))?.[1] ?? 5) * 1_000;
      }
    }
    if (isChunked) this.length = chunked;
    return !(isChunked && lengths > 0);
  }
}
