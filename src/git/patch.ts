import { createTwoFilesPatch } from "diff";
import type { FileEntry, PathChange } from "../domain/paths.ts";
import { type Objects } from "./objects.ts";

/** The change as a unified diff that a person reads and `git apply` takes. Contents that are not text are named only. */
export async function renderPatch(objects: Objects, changes: readonly PathChange[]): Promise<string> {
  const patches = await Promise.all(
    changes.map(async ({ path, before, after }) => {
      const [old, young] = await Promise.all([contentOf(objects, before), contentOf(objects, after)]);
      if (old === undefined || young === undefined) return `Binary file ${path} differs\n`;
      const mode = !before
        ? `new file mode ${after?.mode}\n`
        : !after
          ? `deleted file mode ${before.mode}\n`
          : "";
      const [from, to] = [before ? `a/${path}` : "/dev/null", after ? `b/${path}` : "/dev/null"];
      const text = createTwoFilesPatch(from, to, old, young).replace(/^=+\n/, "");
      // An empty file has no lines to show, and git wants no names without them.
      return `diff --git a/${path} b/${path}\n${mode}${old === young ? "" : text}`;
    }),
  );
  return patches.join("");
}

async function contentOf(objects: Objects, entry: FileEntry | undefined): Promise<string | undefined> {
  if (entry === undefined) return "";
  if (entry.mode === "160000") return `Subproject commit ${entry.oid}\n`;
  const blob = await objects.readBlob(entry.oid);
  return blob.includes(0) ? undefined : blob.toString("utf8");
}
