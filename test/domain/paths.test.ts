import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { parseConfig } from "../../src/domain/config.ts";
import { pathPolicy, type PathChange, refusals } from "../../src/domain/paths.ts";

const everything = config({ allow: ["**"], protect: ["agent.mjs"] });

const hostile: ReadonlyArray<readonly [what: string, path: string]> = [
  ["climbs out of the repository", "../AGENTS.md"],
  ["climbs out through a folder", "skills/../../etc/passwd"],
  ["stands still", "skills/./a.md"],
  ["has an empty name", "skills//a.md"],
  ["is empty", ""],
  ["is absolute", "/etc/passwd"],
  ["names a Windows drive", "c:/windows/x"],
  ["has a backslash", "skills\\..\\x"],
  ["has a line break", "skills/a\nb.md"],
  ["has a NUL", "skills/a\0b"],
  ["has a delete character", "skills/a\u007f"],
  ["ends with a dot", "skills/a."],
  ["has a folder that ends with a space", "skills /a.md"],
  ["is a DOS device", "skills/NUL"],
  ["is a DOS device with an extension", "skills/com1.md"],
  ["is a DOS device in superscript", "skills/lpt²"],
  ["is a DOS console", "conout$"],
  ["names an alternate stream", "skills/a.md:evil"],
  ["is git's folder", ".git/config"],
  ["is git's folder in another case", ".GiT/hooks/pre-commit"],
  ["is git's folder further down", "skills/.git/config"],
  ["is git's folder as NTFS shortens it", "GIT~1/config"],
  ["is git's folder with an NTFS stream", ".git::$INDEX_ALLOCATION/config"],
  ["is git's folder with a dot that NTFS drops", ".git./config"],
  ["is git's folder with a character that HFS+ drops", ".g\u200cit/config"],
  ["is git's folder with a zero-width space", ".g\u200bit/config"],
  ["is git's folder with a byte order mark", "\ufeff.git/config"],
  ["is git's folder in full-width letters", ".ｇｉｔ/config"],
  ["has an invisible character", "skills/a\u2060b.md"],
  ["sets attributes", ".gitattributes"],
  ["sets attributes further down, in another case", "skills/.GitAttributes"],
  ["sets attributes under an NTFS short name", "GITATT~1"],
  ["sets attributes under a hashed NTFS short name", "gi7d29~1"],
  ["adds a submodule's address", ".gitmodules"],
  ["adds a submodule's address with a hidden character", ".gitmod\u200dules"],
  ["ignores files", "skills/.gitignore"],
  ["is a git hook", "hooks/post-commit"],
  ["is a git hook of husky", ".husky/pre-commit"],
  ["is a git hook of lefthook", "lefthook-local.yml"],
  ["is a git hook of pre-commit", ".pre-commit-config.yaml"],
  ["is a hook of an agent", ".claude/hooks/stop.sh"],
  ["is a workflow of GitHub", ".github/workflows/ci.yml"],
  ["is a pipeline of GitLab", ".gitlab-ci.yml"],
  ["is a pipeline of CircleCI", ".circleci/config.yml"],
  ["is a pipeline of Jenkins", "Jenkinsfile"],
  ["is our own pipeline", ".ci/run"],
  ["is a lock file", "package-lock.json"],
  ["is a lock file further down", "tools/uv.lock"],
  ["is a lock file under its NTFS short name", "PACKAG~1.JSO"],
  ["is the configuration", ".kira-improve.json"],
  ["is the configuration in another case", ".KIRA-improve.json"],
  ["is a task", "data/tasks/refund.json"],
  ["is a task in another case", "Data/TASKS/refund.json"],
  ["is a file beside a task", "data/tasks/refund/grader/check.mjs"],
  ["takes the bank's place", "data/tasks"],
  ["is the index", "data/self-improve.db"],
  ["is protected by the configuration", "agent.mjs"],
  ["is protected by the configuration, in another case", "Agent.MJS"],
];

describe("a proposal is refused, even where everything is allowed, for a path that", () => {
  test.each(hostile)("%s: %j", (_, path) => {
    expect(refused(everything, aWrite(path))).toHaveLength(1);
  });
});

test("the bank is protected however its folder is written in the configuration", () => {
  const folders = ["exams", "exams/", "./exams", "data//exams/", "exams (2026)", "exams [old]", "prüfungen"];
  for (const tasks of folders) {
    const policy = pathPolicy(config({ allow: ["**"], tasks }));
    const folder = tasks.replace("./", "").replace("//", "/").replace(/\/$/, "");
    expect(policy(`${folder}/refund.json`), tasks).toBe("it is protected");
    expect(policy(`${folder.normalize("NFD").toUpperCase()}/refund.json`), tasks).toBe("it is protected");
    expect(policy(`${folder}-notes.md`), tasks).toBeUndefined();
  }
});

describe("whatever path is accepted", () => {
  const parts = [
    "..",
    ".",
    "",
    ".git",
    ".GIT",
    "git~1",
    ".git ",
    ".g\u200bit",
    "C:",
    "skills",
    "a.md",
    "nul",
    "\\",
  ];
  const part = fc.oneof(fc.constantFrom(...parts), fc.string({ unit: "grapheme", maxLength: 6 }));
  const path = fc.array(part, { minLength: 1, maxLength: 4 }).map((names) => names.join("/"));
  const inSkills = config({ allow: ["skills/**", "AGENTS.md"] });

  test("is inside an allowed glob, relative, and free of `..` and of git's own folder", () => {
    let accepted = 0;
    const holds = fc.property(
      fc.oneof(
        path,
        path.map((rest) => `skills/${rest}`),
      ),
      (candidate) => {
        if (refused(inSkills, aWrite(candidate)).length > 0) return;
        accepted++;
        expect(candidate).toMatch(/^(skills(\/.*)?|AGENTS\.md)$/s);
        const names = candidate.split("/");
        expect(
          names.filter((name) => name === ".." || name === "." || name === "" || name.includes("\\")),
        ).toEqual([]);
        expect(names.map((name) => name.replace(/[^.a-z~\d]/gi, "").toLowerCase())).not.toContain(".git");
      },
    );
    fc.assert(holds, { seed: 7, numRuns: 4000 });
    expect(accepted).toBeGreaterThan(200);
  });
});

describe("a proposal is refused for", () => {
  const link = { mode: "120000", oid: "a" };
  const module = { mode: "160000", oid: "a" };
  const file = { mode: "100644", oid: "a" };
  const program = { mode: "100755", oid: "a" };
  test.each<[string, Partial<PathChange>, string]>([
    ["a new symbolic link", { after: link }, "symbolic link"],
    ["a file that becomes a symbolic link", { before: file, after: link }, "symbolic link"],
    [
      "a symbolic link that leads elsewhere now",
      { before: { ...link, oid: "b" }, after: link },
      "symbolic link",
    ],
    ["a symbolic link that becomes a file", { before: link, after: file }, "symbolic link"],
    ["a new submodule", { after: module }, "submodule"],
    ["a submodule at another commit", { before: { ...module, oid: "b" }, after: module }, "submodule"],
    ["a new executable", { after: program }, "executable"],
    ["a file that becomes executable", { before: file, after: program }, "from 100644 to 100755"],
    ["an executable that becomes a plain file", { before: program, after: file }, "from 100755 to 100644"],
    ["a file over the limit", { after: file, bytes: 100_001 }, "100001 bytes; the limit is 100000"],
  ])("%s", (_, change, why) => {
    const reasons = refused(everything, { ...aWrite("skills/a.md"), before: undefined, ...change });
    expect(reasons.join(" ")).toContain(`"skills/a.md"`);
    expect(reasons.join(" ")).toContain(why);
  });

  test("too many bytes in all, or too many files", () => {
    const files = (count: number, bytes: number) =>
      Array.from({ length: count }, (_, i) => ({ ...aWrite(`skills/${i}.md`), bytes }));
    expect(refused(everything, ...files(5, 80_000))).toEqual([]);
    expect(refused(everything, ...files(5, 80_001))).toEqual([
      "It writes 400005 bytes; the limit is 400000.",
    ]);
    expect(refused(everything, ...files(20, 1))).toEqual([]);
    expect(refused(everything, ...files(21, 1))).toEqual(["It touches 21 files; the limit is 20."]);
  });

  test("changing nothing", () => {
    expect(refused(everything)).toEqual(["It changes nothing: its tree equals its parent's."]);
  });

  test.each([
    ["case", "skills/Refund.md", "skills/refund.md"],
    ["Unicode form", "skills/caf\u00e9.md", "skills/cafe\u0301.md"],
    ["a letter with two small forms", "skills/straße.md", "skills/STRASSE.md"],
  ])("a new path that differs from another only in %s", (_, added, existing) => {
    expect(refusals([aNew(added)], ["README.md", existing, added], everything)).toEqual([
      `${JSON.stringify(added)} and ${JSON.stringify(existing)} are one file on some systems.`,
    ]);
  });

  test("every reason at once, so that they can be mended together", () => {
    const changes = [
      aWrite("agent.mjs"),
      { ...aWrite("a.md"), after: link },
      { ...aWrite("b.md"), bytes: 1e6 },
    ];
    expect(refused(everything, ...changes)).toHaveLength(5);
  });
});

describe("a proposal may", () => {
  test.each([
    ["change an allowed file", [aWrite("skills/triage/SKILL.md")], ["skills/triage/SKILL.md"]],
    ["add one", [aNew("skills/new.md")], ["skills/new.md", "skills/old.md"]],
    ["delete one", [{ ...aWrite("skills/old.md"), after: undefined, bytes: 0 }], []],
    ["rename one in case only", [aNew("B.md"), { ...aWrite("b.md"), after: undefined, bytes: 0 }], ["B.md"]],
    ["change a program's text", [anExecutable("tools/run")], ["tools/run"]],
    ["use names of any language", [aNew("skills/Überweisung – 退款.md")], ["skills/Überweisung – 退款.md"]],
  ])("%s", (_, changes, allPaths) => {
    expect(refusals(changes, allPaths, everything)).toEqual([]);
  });
});

test("a path outside the allowed globs is refused with what is allowed, and globs keep to their case", () => {
  const policy = pathPolicy(config({ allow: ["AGENTS.md", "skills/**"] }));
  expect(policy("README.md")).toBe("it is not among the allowed paths (AGENTS.md, skills/**)");
  expect(policy("agents.md")).toContain("not among");
  expect(policy("skills/.hidden/a.md")).toBeUndefined();
  expect(pathPolicy(config({}))("README.md")).toContain("none are set");
});

function config(given: object) {
  return parseConfig(JSON.stringify(given), "the configuration");
}

function aWrite(path: string): PathChange {
  return { path, before: { mode: "100644", oid: "a" }, after: { mode: "100644", oid: "b" }, bytes: 10 };
}

function aNew(path: string): PathChange {
  return { ...aWrite(path), before: undefined };
}

function anExecutable(path: string): PathChange {
  return { path, before: { mode: "100755", oid: "a" }, after: { mode: "100755", oid: "b" }, bytes: 10 };
}

function refused(settings: ReturnType<typeof config>, ...changes: readonly PathChange[]): string[] {
  return refusals(
    changes,
    changes.map(({ path }) => path),
    settings,
  );
}
