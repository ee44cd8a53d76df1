import { connect, type PeerCertificate } from 'node:tls';
import { type Check, demand, NotChecked } from './check.ts';

const minDays = 14;
const patienceMs = 10_000;

interface Handshake {
  protocol: string | null;
  certificate: PeerCertificate;
}

/** What a browser sees of the connection. @throws Error when it refuses it */
const handshake = ({ hostname, port }: URL): Promise<Handshake> =>
  new Promise((resolve, reject) => {
    const host = hostname.replace(/^\[|\]$/g, '');
    const socket = connect({ host, port: Number(port || 443), servername: host, timeout: patienceMs }, () => {
      resolve({ protocol: socket.getProtocol(), certificate: socket.getPeerCertificate() });
      socket.end();
    });
    socket.once('error', reject);
    socket.once('timeout', () => socket.destroy(new Error(`no answer within ${patienceMs / 1000} s`)));
  });

const isLoopback = ({ hostname }: URL) => /^(?:localhost|127\.\d+\.\d+\.\d+|\[::1\])$/.test(hostname);

/** How the connection is protected. */
export const tlsChecks: readonly Check[] = [
  {
    name: 'tls',
    async ask({ url }) {
      const address = new URL(url);
      if (address.protocol === 'http:') {
        demand(isLoopback(address), 'the address is http: passwords and tokens travel readable');
        throw new NotChecked('http on this machine');
      }
      const { protocol, certificate } = await handshake(address);
      demand(protocol === 'TLSv1.2' || protocol === 'TLSv1.3', `speaks ${protocol}`);
      const days = Math.floor((Date.parse(certificate.valid_to) - Date.now()) / 86_400_000);
      demand(days >= minDays, `the certificate ends in ${days} days, on ${certificate.valid_to}`);
      return `${protocol}, certificate for ${days} more days`;
    },
  },
  {
    name: 'https-only',
    async ask({ url, ask }) {
      const address = new URL(url);
      if (address.protocol === 'http:') throw new NotChecked('the address is http');
      const { headers } = await ask('/blog/');
      demand(headers.get('strict-transport-security'), 'no Strict-Transport-Security: browsers may come by http again');
      if (address.port) throw new NotChecked('http beside a port of its own is not known');
      const plain = await fetch(`http://${address.hostname}/blog/`, {
        redirect: 'manual',
        signal: AbortSignal.timeout(patienceMs),
      }).catch(() => undefined);
      if (!plain) return 'nothing answers http';
      demand(
        plain.status >= 300 && plain.status < 400 && plain.headers.get('location')?.startsWith('https://'),
        `http answers ${plain.status} and does not lead to https`,
      );
      return 'http leads to https';
    },
  },
];
