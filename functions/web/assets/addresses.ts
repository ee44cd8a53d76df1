/** Addresses of what pages are drawn with, made by `npm run generate`. They change with what they lead to, so that it can be kept for ever. */
export const stylesheetPath = "/assets/style-81cca2fb190d.css";
export const editorScriptPath = "/assets/editor-b6f389ede155.js";
export const passkeyScriptPath = "/assets/passkey-a8bf4b5bc138.js";
