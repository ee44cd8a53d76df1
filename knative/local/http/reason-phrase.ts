import { STATUS_CODES } from 'node:http';

/** What HTTP calls a status (RFC 9110); Node.js has older names for some. */
export const reasonPhrase = (status: number): string =>
  status === 413 ? 'Content Too Large' : (STATUS_CODES[status] ?? 'Error');
