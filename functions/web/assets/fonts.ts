/** The style sheet of the fonts, minified, compressed and then written as base64; made by `npm run generate`. */
export const br = "G4sOAKwK7IbzT6CGYC+/qHW0fuQGyKyxVBZpkxw6/Bh/OFP1qnUtkRbHOJWBtuXhFrsVUlh0FMuOVZsqe/MKSJZWLkZnPKW1n+5VzV3mjWSjB3Wtl7G2XWLp3rY2QQta5SL3QCtYEPxfY22EUS88emYeSo8Bfy1Ob0JPtOs03he7pzITDQQgAXZsm4PrF03gJgL0oMdJ7rbT3zzFjBlo3Qg093xuA/gMf2W6ROR7Kaa1tk7DkjFb3fssM19/b+S4IAl3XrsyBnGg8zn/30HgTxDkoyAERkQ4MI7Y6RzJ4JmQ0gKbAC4BYdEZHLQxz6JEcUyXjM8spuIfYOTyj6l/YPq5sI8Fy8CcUZToa9qJBg4uucKlCVYtrV5X0YU1T1ojqhtR24gUaai1ohwDoiTKWPsMBpBpfHKeC2q0miqRKDPVGbFXr+PsGZ/N36EKvCiBjbdHng2DjgEAsUZComL5MwPpDqjwUuNO8JZPVIEnDAfDeTjN1UnMPBIWFxMjC9pFPlxVG7Sh6124Pwa4t2n8oBhbnsf2c3phe0xuTDdyVQ2ZbYXJy3V7M/mBV4UM+1i3VhwEL3xD8oi9m8e5Qnml6MkDS73FgH0E+rawm2ckFPge0E6iOIkjJj/AG8ccqqfu2+4ZG8eKLCZ/V1DMKZKRNUPd2zgamX/q++VGRK8zwTcvHKM8h9/yS5e3ANSvv6Q771Oa7rpNjGifR60MWT9gaTRE3rj4BFBfyTQdSPiTL/r4syyYheg+p5d13cOO8rW3mK8KLF4GHGkR7gITdDR8RSdNGFzu3hy+sEl/mIT3cpb48ZT7VSjXNrwKWZh+OSoSYxAD";
export const zstd = "KLUv/WCMDZ0VAKbgZSUQb/UM9qsgRcw5MTbbJwLzg3lAM/yicF1bErWSyQ6vAACoCAcBXQBYAFcAdtZsUtBYFka+lMa7Lisx8DE6xnL9FM72+COe5a8RrRHg/Bg7AQO7k2henNmaJTaicEyCK+2GlO4X5QdIfQnMs+gxiowLlqvefyiPJzZybbVEFFiNWPz0q+XMXgYB74FSOlLr50jSoRoKOhepqnW/fvJJqOVUdSWlUx1QDkNV0vTipE0ta852tOWJb1nNjl1MUj954A4cBB/0ROhaN+xJOqmlpoHe85xr54DttWsBh+ghmd/2NE77pDA6yEGLWhATHWcetyadFn0HeQDTLsp4AkG9fUXFmUPngSalDXNF66M39M0HfnTOP86cTrzmY2bFPNdKSikZ6KD3HCU1/fpRUkNNE2yPcdB1v4txYgCNxkOFo+EQDCxi4BpdYK+Qax9BcXi9VsSXqMw7sY/loVCMQclcwiZE/G/GuU738/UHqhX4fasqLAs2W8s2JDgobyH/WBRHe0wi8aY46qRFPmMKrDiWRYmaRbb2RhATgIuo8TzsjAgFkRYkhTQGsCigGdKFAzLCEo2QMYpQnIQi8c9EIjO7AXuAiq+wIEz40ym3yybJqYLsE56pYYQRYSTKvfJJNb7XPV5wpXqCH3tnSy0TkaYjJm6P9G6S57ugVJcWCr9IYHQ8kWeEDn6hcm28m4P+PpgShHg3EiJV+RcNXX1ziW0bO8UDwyN0CbT691OzGL8dHwg+03eehNHiI00LPFva8WsOwKaZxXuTwy4aV4ccGNM6IhI7dIUv7Ao8ZkBRlsytSHkTBqSRm/kBunjqU/ap4eFO4BffFtSG+VAVj8LfQCngP5jaq62h5rTKuAoiLoG1atVzbuXxiuHlA8sqtyapiM/GV4+SNn860AVbh4kA139dQgo=";

/** Fonts by their addresses. */
export const files: Readonly<Record<string, () => Promise<{ readonly woff2: string }>>> = {
  "/assets/font-serif-normal-vietnamese-c3de01b5144e.woff2": () => import('./font-serif-normal-vietnamese.ts'),
  "/assets/font-serif-normal-latin-ext-d10ccbbd0dc4.woff2": () => import('./font-serif-normal-latin-ext.ts'),
  "/assets/font-serif-normal-latin-382475f38242.woff2": () => import('./font-serif-normal-latin.ts'),
  "/assets/font-serif-italic-vietnamese-52cf47cc78e7.woff2": () => import('./font-serif-italic-vietnamese.ts'),
  "/assets/font-serif-italic-latin-ext-14e38c2d6a4e.woff2": () => import('./font-serif-italic-latin-ext.ts'),
  "/assets/font-serif-italic-latin-b4f56ddc9873.woff2": () => import('./font-serif-italic-latin.ts'),
  "/assets/font-sans-normal-vietnamese-a91edbcdcb4e.woff2": () => import('./font-sans-normal-vietnamese.ts'),
  "/assets/font-sans-normal-latin-ext-a85a7459bdb3.woff2": () => import('./font-sans-normal-latin-ext.ts'),
  "/assets/font-sans-normal-latin-19143dca0759.woff2": () => import('./font-sans-normal-latin.ts'),
};
