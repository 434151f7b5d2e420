/** What all processes of a program may use together. */
export interface Limits {
  /** Bytes of resident memory. */
  readonly memory: number;
  readonly processes: number;
  /** Bytes of all files in its folder; a single file is limited to 256 MiB besides. */
  readonly disk: number;
}

/** A way to a model's server: a unix socket on the outside, and what a program is told of it. */
export interface Door {
  /** Tells it from the others; what the socket is called inside. */
  readonly name: string;
  readonly socket: string;
  /** Where a contained program finds it on 127.0.0.1: always the same, so that no result depends on it. */
  readonly port: number;
  /** The variable that says where it is, and the path behind the port in its value. */
  readonly variable: string;
  readonly path: string;
}

/** A program to run on foreign content, and everything it may have. */
export interface Confined {
  readonly command: readonly string[];
  /** The only folder it may write; its working directory. */
  readonly directory: string;
  /**
   * The whole environment: nothing is inherited. Where the sandbox shows the directory under another path, that path
   * replaces it in values and in the command; a HOME outside the directory is replaced by an empty one.
   */
  readonly environment: Readonly<Record<string, string>>;
  readonly stdin: string;
  readonly timeoutMs: number;
  /** Bytes kept of standard output and error each; what comes after is read and dropped. */
  readonly outputBytes: number;
  /** Further absolute paths it may read. */
  readonly mounts: readonly string[];
  /**
   * With `llm` it reaches the doors of the gateway, which are named in its environment, and nothing else. Where a door
   * has another port than its own, its address is replaced in the command, too.
   */
  readonly network: "none" | "llm" | "host";
  readonly gateway?: { readonly doors: readonly Door[] };
  /** By default 2 GiB of memory, 512 processes and 1 GiB of disk. */
  readonly limits?: Partial<Limits>;
  readonly signal?: AbortSignal;
}

/** How a confined program ended. A failing program is a result, not an error. */
export interface Finished {
  readonly exitCode: number | null;
  /** The signal that ended it, where the sandbox can tell; otherwise the exit code is 128 plus its number. */
  readonly endedBy: string | null;
  readonly timedOut: boolean;
  /** The limit it was killed for exceeding; soft if we saw it, not the kernel. */
  readonly exceeded: { readonly limit: keyof Limits; readonly soft: boolean } | null;
  readonly stdout: string;
  /** Where a limit was exceeded, the last line says so. */
  readonly stderr: string;
  readonly truncated: boolean;
  readonly durationMs: number;
}

/** What a sandbox may know of the machine. */
export interface Host {
  /** The user's PATH: where the sandbox's own program is looked up. */
  readonly searchPath: string;
  /** No program inside it is trusted: a proposal could have put it there. */
  readonly repository: string;
}

/**
 * Contains a program. Promises of every member: the environment is exactly the given one, and no descriptor of ours
 * is inherited; the time limit holds; when `run` returns, no process it started is left. An uncontained one promises
 * the last for the program's process group only: a child that called setsid escapes it. Only a contained one limits
 * memory, processes and disk.
 */
export interface Sandbox {
  readonly name: string;
  /** Whether the program is kept from the rest of the machine; merging an uncontained verdict needs an approval. */
  readonly contained: boolean;
  /** Names what the sandbox does, for the key of a trial: trials under another profile are other trials. */
  readonly profile: string;
  /**
   * Proves that it works here.
   * @throws KiraError `unavailable` with what is missing and how to install it
   */
  check(): Promise<void>;
  /**
   * @throws KiraError `unavailable` if the program cannot be started at all
   * @throws KiraError `interrupted` if `signal` aborts; the program has been killed by then
   */
  run(program: Confined): Promise<Finished>;
}
