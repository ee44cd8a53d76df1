/** How pages look: as the reader's machine says, or as chosen. `contrast` is light or dark as the machine says. */
export const themeNames = ['auto', 'light', 'dark', 'sepia', 'contrast'] as const;
export type ThemeName = (typeof themeNames)[number];
