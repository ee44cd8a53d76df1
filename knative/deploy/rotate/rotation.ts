/** A Secret as `kubectl get -o json` shows it, its values decoded. */
export interface LiveSecret {
  name: string;
  /** The rotation that it is part of and that has not ended yet. */
  rotation: string | undefined;
  /** Another program makes it, and would undo a change. */
  owner: string | undefined;
  data: Readonly<Record<string, string>>;
}

/** A Knative Service, as far as a rotation is concerned. */
export interface LiveService {
  name: string;
  /** Secrets that its container reads. */
  secrets: readonly string[];
  /** The rotation of its template, `dormouse.dev/secrets`. */
  rotation: string | undefined;
  /** Why its newest revision is not ready, if it is not. */
  waitsFor: string | undefined;
}

/** What a rotation asks of a cluster. */
export interface RotatedCluster {
  secrets(): Promise<LiveSecret[]>;
  services(): Promise<LiveService[]>;
  /** Names of the Service's Pods that were made before this rotation. */
  oldPods(service: string, rotation: string): Promise<string[]>;
  /** Sets values and the rotation's mark; undefined takes the mark away. */
  patchSecret(name: string, data: Readonly<Record<string, string>>, rotation: string | undefined): Promise<void>;
  /** Makes a revision that reads its Secrets again. */
  renew(service: string, rotation: string): Promise<void>;
}

/** A server whose clients' passwords are in Secrets. */
export interface PasswordServer {
  /** Whether the Secret holds a password for this server. */
  holds(secret: LiveSecret): boolean;
  /** Makes a password that is good beside the present one. @returns the Secret's new values */
  prepare(secret: LiveSecret): Promise<Record<string, string>>;
  /** Drops every other password of the one that the Secret names. */
  drop(secret: LiveSecret): Promise<void>;
}
