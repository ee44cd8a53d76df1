/** llhttp's WebAssembly build, which undici carries: the rest of undici is not loaded. */
declare module 'undici/lib/llhttp/llhttp_simd-wasm.js' {
  const wasm: Uint8Array<ArrayBuffer>;
  export default wasm;
}
