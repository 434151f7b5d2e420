import { expect, test } from "vitest";
import { progressOn } from "../../src/report/progress.ts";

test("on a terminal a line says that a model is answering, and makes room for what comes next", () => {
  let said = "";
  const show = progressOn({ isTTY: true, write: (text) => (said += text) }, true);
  show({ kind: "thinking", model: "ollama:q", characters: 0 });
  expect(said).toContain("ollama:q was asked");
  show({ kind: "thinking", model: "ollama:q\u001b[31m", characters: 1 });
  show({ kind: "thinking", model: "ollama:q", characters: 1200 });
  show({ kind: "step", step: "propose", what: "proposal 1" });
  expect(said).toContain("ollama:q is answering: 1200 characters\n");
  expect(said).not.toContain("\u001b[31m");
  expect(said.endsWith("propose: proposal 1\n")).toBe(true);
});

test("in a pipe it says nothing", () => {
  let said = "";
  progressOn({ write: (text) => (said += text) }, true)({ kind: "thinking", model: "m", characters: 9 });
  expect(said).toBe("");
});
