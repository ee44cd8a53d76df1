/** Addresses of what pages are drawn with, made by `npm run generate`. They change with what they lead to, so that it can be kept for ever. */
export const stylesheetPath = "/assets/style-200c9686b9a9.css";
export const editorScriptPath = "/assets/editor-cfc2b2fcc892.js";
export const passkeyScriptPath = "/assets/passkey-a8bf4b5bc138.js";
export const fontSheetPath = "/assets/fonts-68127fbf9c8c.css";
/** Of fonts that every page in Latin letters needs. */
export const preloadedFontPaths = ["/assets/font-serif-normal-latin-382475f38242.woff2","/assets/font-sans-normal-latin-19143dca0759.woff2"];
