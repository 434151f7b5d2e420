import { randomUUID } from "node:crypto";
import * as fs from "node:fs";
import { open, rename, unlink } from "node:fs/promises";
import * as git from "isomorphic-git";
import type { FileEntry } from "../domain/paths.ts";
import { KiraError } from "../domain/errors.ts";

export interface Person {
  readonly name: string;
  readonly email: string;
}

export interface NewCommit {
  readonly tree: string;
  readonly parents: readonly string[];
  readonly message: string;
  readonly author: Person;
  readonly committer: Person;
  readonly at: Date;
}

export interface CommitFacts {
  readonly tree: string;
  readonly parents: readonly string[];
  readonly message: string;
  readonly author: Person;
}

// isomorphic-git writes an object straight to its final name, unsynced: a power cut would leave a torn object that
// git then trusts. Written beside, synced and renamed, it is there whole or not at all.
const durableFs = {
  promises: {
    ...fs.promises,
    async writeFile(path: string, data: string | Uint8Array, options?: fs.ObjectEncodingOptions) {
      const draft = `${path}.${randomUUID()}`;
      try {
        const file = await open(draft, "wx", 0o444);
        try {
          await file.writeFile(data, options);
          await file.sync();
        } finally {
          await file.close();
        }
        await rename(draft, path);
      } catch (error) {
        await unlink(draft).catch(() => undefined);
        throw error;
      }
    },
  },
};

/** Git's objects, read and written in process. Refs, index and working trees belong to git itself. */
export class Objects {
  readonly #at: { fs: typeof durableFs; gitdir: string; cache: object };

  constructor(commonDir: string) {
    this.#at = { fs: durableFs, gitdir: commonDir, cache: {} };
  }

  async readBlob(oid: string): Promise<Buffer> {
    return Buffer.from((await git.readBlob({ ...this.#at, oid })).blob);
  }

  async readCommit(oid: string): Promise<CommitFacts> {
    const { commit } = await git.readCommit({ ...this.#at, oid });
    return { tree: commit.tree, parents: commit.parent, message: commit.message, author: commit.author };
  }

  /** Whether an object is there. */
  async has(oid: string): Promise<boolean> {
    try {
      await git.readObject({ ...this.#at, oid, format: "deflated" });
      return true;
    } catch (error) {
      if ((error as { code?: string }).code === "NotFoundError") return false;
      throw error;
    }
  }

  /** The entry at a path of a tree; undefined if there is none. */
  async find(tree: string, path: string): Promise<FileEntry | undefined> {
    let oid = tree;
    const parts = path.split("/");
    for (const [i, part] of parts.entries()) {
      const entry = (await git.readTree({ ...this.#at, oid })).tree.find(
        (candidate) => candidate.path === part,
      );
      if (!entry) return undefined;
      if (i === parts.length - 1)
        return entry.type === "blob" ? { mode: entry.mode, oid: entry.oid } : undefined;
      if (entry.type !== "tree") return undefined;
      oid = entry.oid;
    }
    return undefined;
  }

  writeBlob(content: Buffer | string): Promise<string> {
    return git.writeBlob({ ...this.#at, blob: Buffer.from(content) });
  }

  /**
   * A copy of `base` with some paths replaced; only the folders on the way are written.
   * @param changes path → entry, or undefined to delete; paths must have passed the path policy
   */
  async writeTree(
    base: string | undefined,
    changes: ReadonlyMap<string, FileEntry | undefined>,
  ): Promise<string | undefined> {
    const entries = new Map<string, git.TreeEntry>();
    if (base !== undefined)
      for (const entry of (await git.readTree({ ...this.#at, oid: base })).tree)
        entries.set(entry.path, entry);
    const folders = new Map<string, Map<string, FileEntry | undefined>>();
    for (const [path, entry] of changes) {
      const slash = path.indexOf("/");
      if (slash < 0) {
        if (entry)
          entries.set(path, {
            mode: entry.mode,
            path,
            oid: entry.oid,
            type: entry.mode === "160000" ? "commit" : "blob",
          });
        else entries.delete(path);
        continue;
      }
      const folder = path.slice(0, slash);
      const inner = folders.get(folder) ?? new Map<string, FileEntry | undefined>();
      folders.set(folder, inner.set(path.slice(slash + 1), entry));
    }
    for (const [folder, inner] of folders) {
      const existing = entries.get(folder);
      const oid = await this.writeTree(existing?.type === "tree" ? existing.oid : undefined, inner);
      // git keeps no empty folders.
      if (oid === undefined) entries.delete(folder);
      else entries.set(folder, { mode: "040000", path: folder, oid, type: "tree" });
    }
    if (entries.size === 0) return undefined;
    return git.writeTree({ ...this.#at, tree: [...entries.values()] });
  }

  writeCommit({ tree, parents, message, author, committer, at }: NewCommit): Promise<string> {
    const timestamp = Math.floor(at.getTime() / 1000);
    const signed = (person: Person) => ({ ...person, timestamp, timezoneOffset: 0 });
    return git.writeCommit({
      ...this.#at,
      commit: { tree, parent: [...parents], message, author: signed(author), committer: signed(committer) },
    });
  }
}

/** @throws KiraError `invalid`: text that is not UTF-8 cannot be edited line by line */
export function textOf(blob: Buffer, path: string): string {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(blob);
  } catch (cause) {
    throw new KiraError("invalid", `${path} is not text in UTF-8. Remove it from allow, or convert it.`, {
      cause,
    });
  }
}
