import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { kira, type Said } from "../support/kira.ts";
import { aGoodIdea, anAgentRepository, type TestRepository } from "../support/repository.ts";

// One repository, and the verbs in the order in which a user meets them.
let repository: TestRepository;
const run = (...args: string[]): Promise<Said> => kira({ folder: repository.folder }, ...args);

beforeAll(async () => {
  repository = await anAgentRepository();
});
afterAll(() => repository[Symbol.asyncDispose]());

interface Case {
  readonly args: readonly string[];
  /** What the document looks like, key for key at the top. */
  readonly document: object;
  readonly status?: number;
  readonly prepare?: () => Promise<unknown>;
}

const oid = expect.stringMatching(/^[0-9a-f]{40}$/);
const proposal = (id: number, status: string) =>
  expect.objectContaining({
    id,
    status,
    branch: expect.stringContaining(`kira/proposal/${id}-`),
    commit: oid,
    parent: oid,
    hypothesis: expect.any(String),
    expectedImprovement: expect.any(String),
    risk: expect.any(String),
    rejectionReason: status === "rejected" ? expect.any(String) : null,
  });
const node = (id: number) =>
  expect.objectContaining({ id, tag: `kira/archive/000${id}`, commit: oid, parentId: id === 0 ? null : 0 });

const cases: Case[] = [
  {
    args: ["init"],
    document: { init: expect.objectContaining({ production: "main", configWritten: false, node: node(0) }) },
  },
  {
    args: ["log", "--task", "Find figs", "--outcome", "failure", "--category", "food", "--duration", "12"],
    document: {
      outcome: expect.objectContaining({
        id: 1,
        task: "Find figs",
        outcome: "failure",
        category: "food",
        durationSeconds: 12,
        notes: null,
        improvementId: null,
        sessionKey: null,
        source: "cli",
        commit: oid,
      }),
    },
  },
  {
    args: ["analyze", "--min-failures", "1"],
    document: {
      analysis: expect.objectContaining({
        id: 1,
        periodDays: 7,
        totalTasks: 1,
        failureCount: 1,
        patterns: [
          expect.objectContaining({
            id: "food",
            category: "food",
            frequency: 1,
            focusArea: expect.any(String),
          }),
        ],
        focusAreas: [expect.any(String)],
      }),
    },
  },
  {
    args: ["propose", "--from", "good-idea", "--dry-run"],
    prepare: () => aGoodIdea(repository),
    document: { proposal: null, patch: expect.stringContaining("+- food"), description: expect.any(String) },
  },
  {
    args: ["propose", "--from", "good-idea"],
    document: { proposal: proposal(1, "draft"), patch: expect.stringContaining("+- food") },
  },
  { args: ["proposals"], document: { proposals: [proposal(1, "draft")] } },
  { args: ["proposals", "--status", "merged"], document: { proposals: [] } },
  {
    args: ["proposals", "--show", "1"],
    document: {
      proposal: proposal(1, "draft"),
      patch: expect.stringContaining("+- food"),
      evaluations: [],
      revisions: [1],
    },
  },
  {
    args: ["evaluate", "--proposal-id", "1", "--allow-unsandboxed"],
    document: {
      evaluation: expect.objectContaining({
        id: 1,
        proposalId: 1,
        verdict: "improved",
        passed: true,
        baselineScore: 0.3,
        modifiedScore: 1,
        improvementPct: expect.closeTo(233.33, 1),
        trials: 24,
        ledgerTrials: 70,
      }),
    },
  },
  { args: ["merge", "--proposal-id", "1"], document: { node: node(1), proposal: proposal(1, "merged") } },
  { args: ["archive", "list"], document: { archive: [node(0), node(1)], current: 1 } },
  {
    args: ["archive", "--show", "1"],
    document: { node: node(1), patch: expect.stringContaining("+- food") },
  },
  {
    args: ["archive", "--rollback", "0"],
    document: {
      node: node(0),
      rollback: expect.objectContaining({ way: "reset", from: oid, reason: expect.any(String) }),
    },
  },
  {
    args: ["reject", "--proposal-id", "2", "--reason", "too long"],
    prepare: async () => {
      await repository.git("switch", "--quiet", "--create", "second");
      await repository.commit({ "AGENTS.md": "You know apple, bread, cheese and tea.\n" });
      await repository.git("switch", "--quiet", "main");
      await run("propose", "--from", "second");
    },
    document: { proposal: proposal(2, "rejected") },
  },
  { args: ["tasks"], document: { tasks: expect.toSatisfy((tasks: unknown[]) => tasks.length === 10) } },
  {
    args: ["tasks", "show", "knows-figs"],
    document: {
      task: expect.objectContaining({ name: "knows-figs", prompt: "Do you know figs", quarantine: null }),
    },
  },
  {
    args: ["tasks", "check"],
    document: {
      check: {
        ...{ tasks: 10, enabled: 10, heldOut: 0, families: 10, impossible: 0, deciding: 10 },
        ...{ problems: [], unavailable: null, newlyQuarantined: [] },
        findings: expect.toSatisfy((findings: { kind: string; severity: string }[]) =>
          findings.every(({ kind, severity }) => kind === "no-solution" && severity === "warning"),
        ),
      },
    },
  },
  {
    args: ["tasks", "add", "--from-outcome", "1"],
    document: { file: "data/tasks/find-figs.json" },
  },
  {
    args: ["tasks", "disable", "knows-figs"],
    document: { file: "data/tasks/knows-figs.json", enabled: false },
  },
  {
    args: ["tasks", "enable", "knows-figs"],
    document: { file: "data/tasks/knows-figs.json", enabled: true },
  },
  {
    args: ["run", "--allow-unsandboxed"],
    document: {
      cycle: {
        analysis: expect.objectContaining({ id: 2, patterns: [] }),
        attempts: [],
        cutShort: false,
        reason: expect.stringContaining("no pattern to learn from"),
      },
    },
  },
  {
    args: ["status"],
    document: {
      status: expect.objectContaining({
        production: { branch: "main", commit: oid },
        recent: { days: 7, success: 0, failure: 1, partial: 0, successRate: 0 },
        // Rolled back to where it was judged, the proposal may be merged again; nobody is told to.
        pending: [{ id: 1, status: "validated", hypothesis: "feat: know more food", risk: "medium" }],
        lastAnalysis: expect.objectContaining({ id: 2, patterns: 0 }),
        due: [],
      }),
    },
  },
  {
    args: ["operations", "--limit", "1"],
    document: {
      operations: [
        expect.objectContaining({
          command: "reject",
          proposalId: 2,
          undone: false,
          moves: expect.any(Array),
        }),
      ],
    },
  },
  {
    args: ["undo", "--dry-run"],
    document: {
      undo: {
        operation: expect.objectContaining({ command: "reject" }),
        reversal: expect.objectContaining({ moves: expect.any(Array) }),
        by: null,
      },
    },
  },
  {
    args: ["backup", ".git/record.bundle"],
    document: {
      backup: {
        file: expect.stringContaining("record.bundle"),
        bytes: expect.any(Number),
        refs: expect.any(Number),
      },
    },
  },
  {
    args: ["restore", ".git/record.bundle"],
    document: {
      restored: expect.objectContaining({
        refs: 0,
        kept: [],
        production: "refs/heads/main",
        productionKept: null,
      }),
    },
  },
  {
    args: ["sync"],
    prepare: async () => {
      await repository.git("init", "--quiet", "--bare", ".git/hub");
      await repository.git("remote", "add", "origin", `${repository.folder}/.git/hub`);
    },
    document: {
      sync: {
        ...{ remote: "origin", received: [], renumbered: [], refused: [] },
        pushed: expect.any(Number),
        production: { kind: "absent", command: "git push origin main" },
      },
    },
  },
  {
    args: ["reindex"],
    document: {
      reindexed: expect.objectContaining({
        outcomes: 2,
        analyses: 2,
        proposals: 2,
        evaluations: 1,
        nodes: 2,
      }),
    },
  },
];

describe("with --json a command prints exactly one document on stdout", () => {
  test.each(cases)("$args", async ({ args, document, prepare, status = 0 }) => {
    await prepare?.();
    const said = await run(...args, "--json");
    expect(said.status, said.stderr).toBe(status);
    expect(said.stdout).toMatch(/^\{.*\}\n$/);
    expect(JSON.parse(said.stdout)).toEqual(document);
  });

  test("and no command at all is status", async () => {
    expect(await run("--json")).toEqual(await run("status", "--json"));
    expect(await run()).toEqual(await run("status"));
  });

  test("archive takes words or flags, and they mean the same", async () => {
    expect(await run("archive", "--json")).toEqual(await run("archive", "--list", "--json"));
    expect(await run("archive", "show", "1")).toEqual(await run("archive", "--show", "1"));
    const [words, flags] = [await run("archive", "rollback", "99"), await run("archive", "--rollback", "99")];
    expect(words).toEqual(flags);
    expect(words.status).toBe(3);
  });
});
