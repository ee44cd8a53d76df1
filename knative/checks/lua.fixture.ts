// @ts-expect-error it has no types
import fengari from 'fengari';

interface Fengari {
  lua: {
    LUA_OK: number;
    lua_tojsstring(state: object, index: number): string;
  };
  lauxlib: { luaL_newstate(): object; luaL_dostring(state: object, program: Uint8Array): boolean | number };
  lualib: { luaL_openlibs(state: object): void };
  to_luastring(text: string): Uint8Array;
}

const { lua, lauxlib, lualib, to_luastring } = fengari as Fengari;

/** Runs a program of Lua. @returns the text that it returns @throws Error with Lua's words when it fails */
export function runLua(program: string): string {
  const state = lauxlib.luaL_newstate();
  lualib.luaL_openlibs(state);
  const failed = lauxlib.luaL_dostring(state, to_luastring(program));
  const text = lua.lua_tojsstring(state, -1);
  if (failed) throw new Error(text);
  return text;
}
