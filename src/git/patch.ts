import { createTwoFilesPatch } from "diff";
import type { PathChange } from "../domain/paths.ts";
import { type Objects } from "./objects.ts";

/** The change as a unified diff that a person reads and `git apply` takes. Contents that are not text are named only. */
export async function renderPatch(objects: Objects, changes: readonly PathChange[]): Promise<string> {
  const patches = await Promise.all(
    changes.map(async ({ path, before, after }) => {
      const [old, young] = await Promise.all([
        contentOf(objects, before?.oid),
        contentOf(objects, after?.oid),
      ]);
      if (old === undefined || young === undefined) return `Binary file ${path} differs\n`;
      const name = (side: string, exists: boolean) => (exists ? `${side}/${path}` : "/dev/null");
      const text = createTwoFilesPatch(
        name("a", before !== undefined),
        name("b", after !== undefined),
        old,
        young,
      );
      return `diff --git a/${path} b/${path}\n${text.replace(/^=+\n/, "")}`;
    }),
  );
  return patches.join("");
}

async function contentOf(objects: Objects, oid: string | undefined): Promise<string | undefined> {
  if (oid === undefined) return "";
  const blob = await objects.readBlob(oid);
  return blob.includes(0) ? undefined : blob.toString("utf8");
}
