/** An event whose data was checked against its contract. */
export interface ReceivedEvent<D = unknown> {
  id: string;
  type: string;
  source: string;
  subject: string | undefined;
  /** RFC 3339, as the producer wrote it. */
  time: string | undefined;
  data: D;
  /** Other attributes, as far as the producer has signed them. */
  extensions: Readonly<Record<string, string>>;
}
