import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { kira, kiraJson } from "./support/kira.ts";
import { aGoodIdea, anAgentRepository } from "./support/repository.ts";

test("an idea that helps goes all the way to production, and back, while a dirty file stays as it is", async () => {
  await using repository = await anAgentRepository();
  await aGoodIdea(repository);
  await repository.write({ "settings.json": "the user is editing this" });
  const here = { folder: repository.folder };

  const { proposal } = await kiraJson<{ proposal: { id: number; branch: string } }>(
    here,
    "propose",
    "--from",
    "good-idea",
  );
  const { evaluation } = await kiraJson<{ evaluation: { verdict: string; improvementPct: number } }>(
    here,
    "evaluate",
    "--proposal-id",
    String(proposal.id),
    "--allow-unsandboxed",
  );
  expect(evaluation).toMatchObject({ verdict: "improved", baselineScore: 0.3, modifiedScore: 1 });
  await kiraJson(here, "merge", "--proposal-id", String(proposal.id));
  expect(await repository.git("rev-parse", "main")).toBe(await repository.git("rev-parse", proposal.branch));
  expect(await repository.git("describe", "--match", "kira/archive/*", "main")).toBe("kira/archive/0001");

  const { stdout } = await kira(here, "archive", "--rollback", "0");
  expect(stdout).toContain("moved back to kira/archive/0000");
  expect(await repository.git("show", "main:skills/lessons.md")).toBe("# Lessons");
  expect(await readFile(join(repository.folder, "settings.json"), "utf8")).toBe("the user is editing this");
});
