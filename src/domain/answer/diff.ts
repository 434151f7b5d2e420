import { applyPatch, parsePatch, type StructuredPatch } from "diff";
import { linesWith, nearestPassage } from "../passage.ts";
import { fit } from "../printable.ts";
import type { Edit } from "../proposal.ts";
import { invalidAnswer } from "./object.ts";

/** Lines of context that may differ from the file; lines that go have to be there exactly. */
const fuzz = 1;

/**
 * A unified diff as edits of whole files.
 * @throws KiraError `invalid` if it cannot be read, does not fit, or does more than change text
 */
export function editsOfDiff(files: ReadonlyMap<string, string>, diff: string): Edit[] {
  const current = new Map<string, string | undefined>();
  const edits: Edit[] = [];
  for (const patch of readPatch(diff)) {
    const [from, to] = [pathOf(patch.oldFileName), pathOf(patch.newFileName)];
    const path = to ?? from;
    if (path === undefined)
      throw invalidAnswer(
        "A part of the diff names no file.",
        "Begin each with --- a/<path> and +++ b/<path>.",
      );
    if (from !== undefined && to !== undefined && from !== to)
      throw invalidAnswer(
        `The diff renames ${from} to ${to}.`,
        "Delete the one and write the other instead.",
      );
    if (to === undefined) {
      edits.push({ kind: "delete", path });
      current.set(path, undefined);
      continue;
    }
    const before = current.has(path) ? current.get(path) : files.get(path);
    if (before === undefined && from !== undefined)
      throw invalidAnswer(
        `The diff changes ${path}, which does not exist.`,
        "Name a file that was shown to you.",
      );
    const content = patched(path, before ?? "", patch);
    edits.push({ kind: "write", path, content });
    current.set(path, content);
  }
  return edits;
}

function readPatch(diff: string): StructuredPatch[] {
  let patches: StructuredPatch[];
  try {
    patches = parsePatch(diff.endsWith("\n") ? diff : `${diff}\n`);
  } catch (cause) {
    throw invalidAnswer(
      `The diff cannot be read: ${(cause as Error).message}.`,
      "Correct its line counts, or answer with edits instead.",
    );
  }
  const parts = patches.filter((patch) => patch.hunks.length > 0 || patch.newFileName === "/dev/null");
  if (parts.length > 0) return parts;
  throw invalidAnswer("The diff changes no line.", "Answer with edits, or with a diff that has hunks.");
}

function patched(path: string, before: string, patch: StructuredPatch): string {
  const after = applyPatch(before, patch, { fuzzFactor: fuzz, autoConvertLineEndings: true });
  if (after !== false) return after;
  const plain = before.replaceAll("\r\n", "\n");
  const old = patch.hunks.map(({ lines }) =>
    lines
      .filter((line) => /^[ -]/.test(line))
      .map((line) => line.slice(1).replace(/\r$/, ""))
      .join("\n"),
  );
  const missing = old.find((text) => linesWith(plain, text, 1).length === 0) ?? old[0] ?? "";
  const nearest = nearestPassage(plain, missing);
  throw invalidAnswer(
    `The diff does not fit ${path}.${nearest ? ` The nearest, at line ${nearest.line}: ${JSON.stringify(fit(nearest.text, 1_500))}.` : ""}`,
    "Copy the lines that stay and go exactly, or answer with edits instead.",
  );
}

/** Without git's `a/` and `b/`; undefined for `/dev/null` and for no name at all. */
function pathOf(name: string | undefined): string | undefined {
  if (name === undefined || name === "" || name === "/dev/null") return undefined;
  return name.replace(/^[ab]\//, "");
}
