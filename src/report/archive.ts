import type { ArchiveNode } from "../domain/node.ts";
import { fit, printable } from "../domain/printable.ts";
import { gain, interval, moment, score } from "./numbers.ts";

/** The tree, newest first, drawn like `git log --graph`: a column for each line of descent that is still open. */
export function renderArchive(nodes: readonly ArchiveNode[], current: number | null, width: number): string {
  if (nodes.length === 0) return "The archive is empty. Plant its first node with: kira-improve init.";
  const columns: (number | null)[] = [];
  const lines: string[] = [];
  for (const node of [...nodes].reverse()) {
    let at = columns.indexOf(node.id);
    if (at < 0) at = columns.push(node.id) - 1;
    const joined = columns.flatMap((id, column) => (id === node.id && column !== at ? [column] : []));
    const graph = columns
      .map((_, column) => (column === at ? (node.id === current ? "@" : "*") : "|"))
      .join(" ");
    lines.push(fit(`${graph} ${summary(node)}`, width));
    for (const column of joined.reverse()) columns.splice(column, 1);
    if (joined.length > 0) lines.push(`${"| ".repeat(at)}|${"/".repeat(joined.length)}`);
    columns[at] = node.parentId;
    if (node.parentId === null) columns.splice(at, 1);
  }
  if (current !== null) lines.push("", "@ is where production stands.");
  return lines.join("\n");
}

function summary({ tag, score: value, delta, description, restores }: ArchiveNode): string {
  const figures = value === null ? "" : `  score ${score(value)}${delta === null ? "" : ` (${gain(delta)})`}`;
  return `${tag}${figures}  ${printable(description).replace(/\s+/g, " ")}${restores === null ? "" : "  [restore]"}`;
}

export function renderNode(node: ArchiveNode, patch: string): string {
  const {
    tag,
    commit,
    timestamp,
    parentId,
    proposalId,
    score: value,
    delta,
    interval: range,
    description,
    snapshot,
  } = node;
  const facts = [
    ["made", moment(timestamp)],
    ["commit", commit],
    ["parent", parentId === null ? "none: this is the root" : String(parentId)],
    ...(proposalId === null ? [] : [["proposal", String(proposalId)]]),
    [
      "score",
      value === null ? "not measured" : `${score(value)}, change ${gain(delta)} (95 %: ${interval(range)})`,
    ],
    ["files", `${Object.keys(snapshot).length} managed`],
  ];
  return [
    `${tag}: ${printable(description)}`,
    facts.map(([name, text]) => `  ${name!.padEnd(9)} ${text}`).join("\n"),
    parentId === null || patch === "" ? "Nothing was changed." : printable(patch).trimEnd(),
    `Plain git shows the same: git show ${tag}`,
  ].join("\n\n");
}
