/** The sleeping dormouse, drawn in `currentColor` for the page's head. */
export const dormouse =
  '<svg class="logo" viewBox="0 0 32 32" width="32" height="32" aria-hidden="true" focusable="false"><g fill="none" stroke="currentColor" stroke-width="1.9" stroke-linecap="round" stroke-linejoin="round"><path d="M28.6 20.2c0 4.6-4.6 7.5-11.2 7.5S4 25.2 4 21.2c0-2.4 1.4-4.3 3.6-5.7"/><path d="M9.4 14.3c2-4.2 6.2-6.8 10.6-6.6 5.2.2 8.6 5 8.6 12.5"/><path d="M28.6 20.2c0 2-1.7 3.2-3.7 2.8-3-.6-6.4-1.6-11.2-1.2"/><circle cx="8.3" cy="13" r="2.7"/><path d="M8 19.4c.9.8 1.9.8 2.7.1"/></g><circle cx="4.3" cy="20.4" r="1.2" fill="currentColor"/></svg>';

/** The same as a picture of its own, light enough for dark tabs and dark enough for light ones. */
export const favicon =
  '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32"><rect width="32" height="32" rx="8" fill="#9a5b2b"/><g fill="none" stroke="#fff6e8" stroke-width="2.2" stroke-linecap="round" stroke-linejoin="round"><path d="M27 19.8c0 4-4 6.5-9.8 6.5S5.4 24.100 5.400 20.700c0-2.100 1.200-3.700 3.200-5"/><path d="M10.100 14.600c1.800-3.700 5.400-6 9.300-5.800 4.600.2 7.600 4.400 7.600 11"/><path d="M27 19.800c0 1.700-1.500 2.800-3.300 2.400-2.600-.5-5.600-1.400-9.800-1"/><circle cx="9.200" cy="13.500" r="2.400"/><path d="M9 19c.8.7 1.700.7 2.400.1"/></g></svg>';
