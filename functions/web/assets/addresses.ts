/** Addresses of what pages are drawn with, made by `npm run generate`. They change with what they lead to, so that it can be kept for ever. */
export const stylesheetPath = "/assets/style-c5970b3429ab.css";
export const editorScriptPath = "/assets/editor-a6fc474859ed.js";
