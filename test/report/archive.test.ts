import { expect, test } from "vitest";
import type { ArchiveNode } from "../../src/domain/node.ts";
import { renderArchive } from "../../src/report/archive.ts";

function aNode(id: number, parentId: number | null, more: Partial<ArchiveNode> = {}): ArchiveNode {
  return {
    id,
    tag: `n${id}`,
    commit: "c".repeat(40),
    tree: "t".repeat(40),
    timestamp: "2026-01-31T09:30:00.000Z",
    parentId,
    proposalId: null,
    restores: null,
    score: null,
    delta: null,
    interval: null,
    evaluationId: null,
    description: "",
    snapshot: {},
    configHash: "h",
    ...more,
  };
}

const draw = (nodes: ArchiveNode[], current: number | null = null) =>
  renderArchive(nodes, current, Number.POSITIVE_INFINITY)
    .split("\n")
    .map((line) => line.trimEnd());

test("a straight line of descent is drawn as one, newest first, with where production stands", () => {
  const nodes = [
    aNode(0, null),
    aNode(1, 0, { score: 0.5, delta: 0.12, description: "better" }),
    aNode(2, 1),
  ];
  expect(draw(nodes, 1)).toEqual([
    "* n2",
    "@ n1  score 0.500 (+0.120)  better",
    "* n0",
    "",
    "@ is where production stands.",
  ]);
});

test("what grew from the same node is drawn side by side and joins there", () => {
  expect(draw([aNode(0, null), aNode(1, 0), aNode(2, 0)])).toEqual(["* n2", "| * n1", "* | n0", "|/"]);
});

test("three branches of one node join in one place", () => {
  const lines = draw([aNode(0, null), aNode(1, 0), aNode(2, 0), aNode(3, 0)]);
  expect(lines.slice(0, 3)).toEqual(["* n3", "| * n2", "| | * n1"]);
  expect(lines[3]).toContain("n0");
});

test("a branch below a branch keeps its own column until it joins", () => {
  const nodes = [aNode(0, null), aNode(1, 0), aNode(2, 1), aNode(3, 1), aNode(4, 0)];
  expect(draw(nodes)).toEqual(["* n4", "| * n3", "| | * n2", "| * | n1", "| |/", "* | n0", "|/"]);
});

test("an empty archive says how to begin", () => {
  expect(draw([])).toEqual(["The archive is empty. Plant its first node with: kira-improve init."]);
});
