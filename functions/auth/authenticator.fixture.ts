import { createHash, generateKeyPairSync, randomBytes, sign } from 'node:crypto';

/** What a test may have a device do wrong. */
export interface Misbehaviour {
  origin?: string;
  rpId?: string;
  challenge?: string;
  type?: string;
  /** Whether its user unlocked it. */
  verified?: boolean;
  counter?: number;
  crossOrigin?: boolean;
}

interface Asked {
  challenge: string;
  rpId?: string;
  rp?: { id: string };
}

const sha256 = (data: string | Buffer) => createHash('sha256').update(data).digest();
const present = 0x01;
const verifiedFlag = 0x04;
const hasKey = 0x40;

/** A device with one passkey (ES256), as a browser shows it to a page at `origin`. */
export function newDevice(origin: string) {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const { x = '', y = '' } = publicKey.export({ format: 'jwk' });
  const id = randomBytes(16);
  // Of COSE: a map of type EC2, algorithm -7, curve P-256, x and y.
  const cose = Buffer.concat([
    Buffer.from('a5010203262001215820', 'hex'),
    Buffer.from(x, 'base64url'),
    Buffer.from('225820', 'hex'),
    Buffer.from(y, 'base64url'),
  ]);
  let uses = 0;

  const answer = (asked: Asked, type: string, wrong: Misbehaviour) => {
    const said = {
      type: wrong.type ?? type,
      challenge: wrong.challenge ?? asked.challenge,
      origin: wrong.origin ?? origin,
      crossOrigin: wrong.crossOrigin ?? false,
    };
    const clientData = Buffer.from(JSON.stringify(said));
    const counter = Buffer.alloc(4);
    counter.writeUInt32BE(wrong.counter ?? ++uses);
    const isCreation = type === 'webauthn.create';
    const flags = present | (wrong.verified === false ? 0 : verifiedFlag) | (isCreation ? hasKey : 0);
    const site = sha256(wrong.rpId ?? asked.rpId ?? asked.rp?.id ?? '');
    const credential = [Buffer.alloc(16), Buffer.from([0, id.length]), id, cose];
    const data = Buffer.concat([site, Buffer.from([flags]), counter, ...(isCreation ? credential : [])]);
    return { clientData, data };
  };
  const around = { id: id.toString('base64url'), rawId: id.toString('base64url'), type: 'public-key' };

  return {
    id: around.id,
    /** What `navigator.credentials.create` gives. */
    create(asked: Asked, wrong: Misbehaviour = {}) {
      const { clientData, data } = answer(asked, 'webauthn.create', wrong);
      // Of CBOR: { fmt: 'none', attStmt: {}, authData }.
      const head = Buffer.concat([
        Buffer.from('a363666d74646e6f6e656761747453746d74a068617574684461746159', 'hex'),
        Buffer.from([data.length >> 8, data.length & 255]),
      ]);
      const response = {
        clientDataJSON: clientData.toString('base64url'),
        attestationObject: Buffer.concat([head, data]).toString('base64url'),
        transports: ['internal'],
      };
      return { ...around, clientExtensionResults: {}, response };
    },
    /** What `navigator.credentials.get` gives. */
    get(asked: Asked, wrong: Misbehaviour = {}) {
      const { clientData, data } = answer(asked, 'webauthn.get', wrong);
      const signature = sign('sha256', Buffer.concat([data, sha256(clientData)]), privateKey);
      const response = {
        clientDataJSON: clientData.toString('base64url'),
        authenticatorData: data.toString('base64url'),
        signature: signature.toString('base64url'),
      };
      return { ...around, clientExtensionResults: {}, response };
    },
  };
}
export type Device = ReturnType<typeof newDevice>;
