/** Addresses of what pages are drawn with, made by `npm run generate`. They change with what they lead to, so that it can be kept for ever. */
export const stylesheetPath = "/assets/style-b48eceda3d44.css";
export const editorScriptPath = "/assets/editor-10e513358150.js";
export const passkeyScriptPath = "/assets/passkey-a8bf4b5bc138.js";
