import type { api } from '@dormouse/auth/api';
import type { BodyOf, ResponseOf } from '@dormouse/runtime/api';
import { apiClient } from '@dormouse/runtime/api-client';
import { proofHeader } from '@dormouse/runtime/client-proof';
import { type Call, okResponse, senderTo } from './upstream.ts';

/** What the blog is called, how it looks and who may register. */
export type Settings = ResponseOf<typeof api.settings, 200>;
export type SettingsChange = BodyOf<typeof api.changeSettings>;
export type FirstSettings = BodyOf<typeof api.setUp>;

/** Settings with the entity tag of their version. */
export interface VersionedSettings {
  settings: Settings;
  etag: string;
}

/** What web asks auth about the blog; pages take the settings from Site. Every method throws AppError with what auth answered. */
export interface BlogSettings {
  read(): Promise<VersionedSettings>;
  /** 412 when the settings are not at `etag` any more. */
  change(change: SettingsChange, etag: string, token: string): Promise<void>;
  /** Sets the blog up; answers the first administrator's user name. */
  setUp(input: FirstSettings, address: string): Promise<string>;
}

/** The settings by HTTP at `url`; the reader's address goes on in `addressHeader`. */
export function blogSettingsAt(url: string, call: Call, addressHeader: string, proof?: string): BlogSettings {
  const client = apiClient<typeof api>(senderTo(url, call));
  return {
    async read() {
      const response = okResponse(await client('GET /api/settings'));
      if (response.status !== 200) throw new Error('the settings were asked for without an entity tag');
      return { settings: response.body, etag: response.headers.get('etag') ?? '' };
    },
    async change(body, etag, token) {
      okResponse(await client('PATCH /api/settings', { body, token, headers: etag ? { 'if-match': etag } : {} }));
    },
    async setUp(body, address) {
      const headers: Record<string, string> = address
        ? { [addressHeader]: address, ...(proof && { [proofHeader]: proof }) }
        : {};
      return okResponse(await client('POST /api/setup', { body, headers })).body.username;
    },
  };
}
