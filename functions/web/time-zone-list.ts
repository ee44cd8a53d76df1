import { type Html, markup } from './html.ts';

/** What a field for a time zone offers: `list="time-zones"`. UTC is no zone of a place, and is not among those that Intl knows. */
export const timeZoneList = (): Html =>
  markup`<datalist id="time-zones">${['UTC', ...Intl.supportedValuesOf('timeZone').filter((zone) => zone !== 'UTC')].map((zone) => markup`<option value="${zone}"></option>`)}</datalist>`;
