/** Addresses of what pages are drawn with, made by `npm run generate`. They change with what they lead to, so that it can be kept for ever. */
export const stylesheetPath = "/assets/style-c1c2cc28b6b4.css";
export const editorScriptPath = "/assets/editor-b16da878d24d.js";
