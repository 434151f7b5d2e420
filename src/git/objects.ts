import { createHash, randomUUID } from "node:crypto";
import * as fs from "node:fs";
import { open, rename, unlink } from "node:fs/promises";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { deflate } from "node:zlib";
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

const deflated = promisify<Buffer, { level: number }, Buffer>(deflate);

// isomorphic-git writes an object straight to its final name, unsynced: a power cut would leave a torn object that
// git then trusts. Written beside, synced and renamed, it is there whole or not at all.
const durableFs = {
  promises: {
    ...fs.promises,
    async writeFile(path: string, data: string | Uint8Array, options?: fs.ObjectEncodingOptions) {
      // What a killed process leaves under such a name, `git fsck` overlooks and `git gc` removes.
      const draft = join(dirname(path), `tmp_obj_${randomUUID()}`);
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

/** Whoever can say what a blob holds. */
export type Blobs = Pick<Objects, "readBlob">;

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

  /** The files of a tree whose path is `path` once both are folded; reads only the folders on the way. */
  async alike(tree: string, path: string, fold: (path: string) => string): Promise<string[]> {
    const [first = "", ...rest] = path.split("/");
    const found: string[] = [];
    for (const { path: name, type, oid } of (await git.readTree({ ...this.#at, oid: tree })).tree) {
      if (fold(name) !== fold(first)) continue;
      if (rest.length === 0 && type !== "tree") found.push(name);
      if (rest.length > 0 && type === "tree")
        for (const inner of await this.alike(oid, rest.join("/"), fold)) found.push(`${name}/${inner}`);
    }
    return found;
  }

  /** Hashed and compressed by node, not by JavaScript: parts of the journal are megabytes. */
  async writeBlob(content: Buffer | string): Promise<string> {
    const bytes = typeof content === "string" ? Buffer.from(content) : content;
    const blob = Buffer.concat([Buffer.from(`blob ${bytes.length}\0`), bytes]);
    const oid = createHash("sha1").update(blob).digest("hex");
    const object = await deflated(blob, { level: 1 }); // half the time, a tenth larger
    return git.writeObject({ ...this.#at, format: "deflated", oid, object });
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
      if (oid !== undefined) entries.set(folder, { mode: "040000", path: folder, oid, type: "tree" });
      // git keeps no empty folders; a file may have taken this one's place.
      else if (existing?.type === "tree") entries.delete(folder);
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
