import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, normalize, sep } from "node:path";
import { describe, expect, test } from "vitest";

// The one rule of this code base: a file imports only from its own layer or from one above it in this list.
const layers = [
  ["domain"],
  [
    "store",
    "git",
    "models",
    "proposers",
    "agents",
    "graders",
    "sandbox",
    "selection",
    "executors",
    "gateway",
  ],
  ["logbook.ts"],
  ["workspace.ts"],
  ["loop"],
  ["report"],
  ["commands"],
  ["cli.ts", "index.ts"],
  ["main.ts"],
  ["bin.ts"],
];
const siblings = layers[1]!;
const concrete = ["store", "git"];

interface Import {
  readonly target: string;
  /** Erased by the compiler: it brings a contract, no code. */
  readonly typeOnly: boolean;
}

const sources = readdirSync("src", { recursive: true, encoding: "utf8" })
  .filter((file) => file.endsWith(".ts"))
  .map((file) => file.split(sep).join("/"));

const partOf = (file: string) => file.split("/")[0]!;
const layerOf = (file: string) => layers.findIndex((parts) => parts.includes(partOf(file)));

/** Static and dynamic imports and re-exports of our own files. */
function importsOf(file: string): Import[] {
  const text = readFileSync(join("src", file), "utf8");
  const found = [
    ...text.matchAll(/^(?:import|export)\s+(type\s)?(?:[^"';]*?\sfrom\s+)?"(\.[^"]+)"/gm),
    ...text.matchAll(/\bimport(\s)?\(\s*"(\.[^"]+)"/g),
  ];
  return found.map(([, type, path]) => ({
    target: normalize(join(dirname(file), path!))
      .split(sep)
      .join("/"),
    typeOnly: type?.startsWith("type") ?? false,
  }));
}

describe.each(sources)("%s", (file) => {
  test("belongs to a layer and imports only from its own or from one above", () => {
    expect(layerOf(file)).toBeGreaterThanOrEqual(0);
    const upward = importsOf(file).filter(({ target }) => layerOf(target) > layerOf(file));
    expect(upward).toEqual([]);
  });

  test("shares nothing but contracts with the parts beside it", () => {
    const code = importsOf(file).filter(
      ({ target, typeOnly }) =>
        siblings.includes(partOf(file)) &&
        siblings.includes(partOf(target)) &&
        partOf(target) !== partOf(file) &&
        !typeOnly,
    );
    expect(code).toEqual([]);
  });

  test("leaves registries to the workspace", () => {
    const registries = importsOf(file).filter(
      ({ target, typeOnly }) =>
        siblings.includes(partOf(target)) &&
        !concrete.includes(partOf(target)) &&
        target.endsWith("/index.ts") &&
        partOf(target) !== partOf(file) &&
        !typeOnly,
    );
    expect(file === "workspace.ts" ? [] : registries).toEqual([]);
  });

  test("has at most 250 lines and a name that says something", () => {
    expect(readFileSync(join("src", file), "utf8").trimEnd().split("\n").length).toBeLessThanOrEqual(250);
    expect(file.split("/").map((part) => part.replace(/\.ts$/, ""))).not.toEqual(
      expect.arrayContaining([expect.stringMatching(/^(utils?|helpers?|common|types?)$/)]),
    );
  });
});

test("imports are found, so that the rule cannot be kept by not being seen", () => {
  expect(importsOf("workspace.ts")).toContainEqual({ target: "agents/index.ts", typeOnly: false });
  expect(importsOf("workspace.ts")).toContainEqual({ target: "agents/contract.ts", typeOnly: true });
  expect(importsOf("cli.ts")).toContainEqual({ target: "commands/log.ts", typeOnly: false });
  expect(importsOf("bin.ts")).toContainEqual({ target: "main.ts", typeOnly: false });
});
