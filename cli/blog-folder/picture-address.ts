/** Where the platform has a picture as it is. */
export const pictureAddress = (name: string): string => `/blog/media/${name}`;

/** The address that articles name of a picture which media serves in several forms. @param hash of what was uploaded */
export const servedAddress = (hash: string): string => pictureAddress(`pictures/${hash}-1280.jpg`);

/** Whether media serves what is at the address. */
export const isServed = (address: string): boolean => address.startsWith(pictureAddress('pictures/'));

/** The hash in the address of a picture. */
export const hashIn = (address: string): string => /[0-9a-f]{64}/.exec(address)?.[0] ?? '';
