import { KiraError } from "../domain/errors.ts";
import type { Git } from "./git.ts";

/** The namespaces of the record below `refs/`; what a remote has in them is fetched to a place of its own. */
export const shared = [
  "kira/journal",
  "kira/ids",
  "kira/rejected",
  "kira/exchanges",
  "kira/sync",
  "notes/kira",
  "tags/kira/archive",
  "heads/kira/proposal",
] as const;

/** Where is kept what a remote has: a ref there is no fact of ours until it was checked. */
export const trackingPrefix = (remote: string) => `refs/kira/remotes/${remote}/`;

/** Fetches all that is shared; a plain `git clone` does not bring it. */
export const fetchRefspecs = (remote: string): string[] =>
  shared.map((space) => `+refs/${space}/*:${trackingPrefix(remote)}${space}/*`);

/** What a plain `git fetch` brings once `init` has asked for it: the same, in few words. */
export const plainRefspecs = (remote: string): string[] =>
  ["kira", "notes/kira"].map((space) => `+refs/${space}/*:${trackingPrefix(remote)}${space}/*`);

export interface Push {
  readonly refspecs: readonly string[];
  /** Refs that may move only from here; undefined stands for "not there". */
  readonly leases: ReadonlyMap<string, string | undefined>;
}

/** How a push ended: `rejected` because something had moved, `refused` by a rule of the remote. */
export type Pushed =
  | { readonly kind: "pushed" }
  | { readonly kind: "rejected" | "refused"; readonly ref: string; readonly reason: string };

/** Another repository, by the name this one knows it by; reached as the user reaches it. */
export class Remote {
  readonly name: string;
  readonly #git: Git;

  constructor(git: Git, name: string) {
    this.#git = git;
    this.name = name;
  }

  /**
   * Fetches what is shared, and where the production branch stands there.
   * @returns whether there is that branch: an empty remote has none yet
   * @throws KiraError `unavailable` if the remote cannot be reached
   */
  async fetch(production: string): Promise<boolean> {
    const branch = `+refs/heads/${production}:refs/remotes/${this.name}/${production}`;
    const withBranch = await this.#fetch([...fetchRefspecs(this.name), branch]);
    if (withBranch === "") return true;
    const lacksBranch = /couldn't find remote ref/.test(withBranch);
    const said = lacksBranch ? await this.#fetch(fetchRefspecs(this.name)) : withBranch;
    if (said === "") return false;
    throw new KiraError(
      "unavailable",
      `${this.name} cannot be fetched from: ${lastWords(said)}. Nothing was changed. Check its address with: git remote get-url ${this.name}; your network and your credentials.`,
    );
  }

  /** @throws KiraError `unavailable` if the remote cannot be reached */
  async push({ refspecs, leases }: Push): Promise<Pushed> {
    const expected = [...leases].map(([ref, oid]) => `--force-with-lease=${ref}:${oid ?? ""}`);
    const { status, stdout, stderr } = await this.#git.userAnswer(
      [
        ...["-c", "push.followTags=false", "push", "--atomic", "--porcelain", "--recurse-submodules=no"],
        ...[...expected, this.name, ...refspecs],
      ],
      { answers: [1, 128] },
    );
    if (status === 0) return { kind: "pushed" };
    const failed = [...stdout.matchAll(/^!\t[^:\n]*:(\S+)\t\[(remote )?rejected\] \((.*)\)$/gm)];
    // All that were pushed together fail with one: that one tells why, unless the remote found out while it moved them.
    const told = failed.filter(([, , , reason = ""]) => !/atomic/.test(reason));
    const [, ref, byRule, reason] = told.find(([, , remote]) => remote) ?? told[0] ?? failed[0] ?? [];
    if (ref !== undefined && reason !== undefined)
      return { kind: byRule && told.length > 0 ? "refused" : "rejected", ref, reason };
    throw new KiraError(
      "unavailable",
      `Nothing could be pushed to ${this.name}: ${lastWords(stderr)}. What it had is taken in here; correct that and run: kira-improve sync ${this.name}.`,
    );
  }

  /** @returns what git complained of, if it failed */
  async #fetch(refspecs: readonly string[]): Promise<string> {
    const options = "--no-tags --prune --quiet --no-write-fetch-head --no-recurse-submodules --refmap=".split(
      " ",
    );
    const { status, stderr } = await this.#git.userAnswer(["fetch", ...options, this.name, ...refspecs], {
      answers: [1, 128],
    });
    return status === 0 ? "" : stderr || "git said nothing";
  }
}

export async function remoteNames(git: Git): Promise<string[]> {
  return (await git.foreign(["remote"])).split("\n").filter(Boolean);
}

/** What git complained of, in one line and without its advice. */
function lastWords(stderr: string): string {
  const lines = stderr.split("\n").filter((line) => /^(fatal|error|remote|ssh)\b/.test(line));
  return (lines.length > 0 ? lines : stderr.trim().split("\n").slice(-1))
    .slice(0, 2)
    .map((line) => line.replace(/^(fatal|error): /, "").replace(/[.\s]+$/, ""))
    .join("; ");
}
