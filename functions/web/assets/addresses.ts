/** Addresses of what pages are drawn with, made by `npm run generate`. They change with what they lead to, so that it can be kept for ever. */
export const stylesheetPath = "/assets/style-f23014f3f39a.css";
export const editorScriptPath = "/assets/editor-207bd63a2ac9.js";
