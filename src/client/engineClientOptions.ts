import type { Remedy } from '../shared/remedies';
import type { RemoteSettings } from '../shared/remoteSettings';
import type { RpcError } from '../shared/rpc';

export type EngineClientOptions = {
  /** Absolute path of the engine's script. */
  readonly entry: string;
  /** Absolute folders of models, the embedded ones first. */
  readonly modelFolders: readonly string[];
  /** Absolute folder where models that a person installs live; see `defaultModelStore`. */
  readonly store: string;
  /** The engine ends after this long without a call. */
  readonly idleSeconds: number;
  /** Receives what the engine prints, and its life-cycle. */
  readonly log: (line: string) => void;
  /**
   * The inference server of the person, asked for whenever an engine starts; it may be waited for,
   * as a secret storage answers late.
   */
  readonly remote?: () => Promise<RemoteSettings | undefined>;
  /**
   * Whether pictures may be sent to the inference server; asked before each that would be. Without it
   * they may: whoever names a server on a command line means it.
   */
  readonly mayUseServer?: () => Promise<boolean>;
  /** How the front end says what can be done. Errors and notes pass on without, if there is none. */
  readonly words?: FrontEndWords;
};

/** What to do, in the words of who drives the engine: settings and buttons, or options. */
export type FrontEndWords = {
  /** About an error; takes the place of its hint. */
  readonly advice: (error: RpcError) => string | undefined;
  /** About a note of a result; stands after the notes. */
  readonly note: (remedy: Remedy) => string | undefined;
};
