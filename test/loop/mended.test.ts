import { cp, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { handle, readRequests, toOutcomes } from "../../data/demo/desk.ts";
import type { Evaluation } from "../../src/domain/evaluation.ts";
import type { Proposal } from "../../src/domain/proposal.ts";
import { kira, kiraJson } from "../support/kira.ts";
import { aRepository, type TestRepository } from "../support/repository.ts";

const data = fileURLToPath(new URL("../../data", import.meta.url));

/** Three tasks that the example fails and five that it passes; nothing was proposed with these in view. */
const exam = [
  ...["csv-export-cut-off", "friday-copying-between-spreadsheets", "take-last-nights-version-back"],
  ...["air-con-blowing-warm", "are-we-expensive", "charged-twice-now-overdrawn"],
  ...["strike-on-lyon-day", "vineyard-case-study"],
];
const failing = exam.slice(0, 3);

/** The example agent, at a temperature at which it mostly says the same, with eight tasks and a day of work behind it. */
async function aSmallDesk(): Promise<TestRepository> {
  const repository = await aRepository();
  const { folder } = repository;
  await cp(join(data, "example"), folder, { recursive: true, filter: (path) => !path.includes("traffic") });
  for (const name of exam)
    await cp(join(data, `tasks/${name}.json`), join(folder, `data/tasks/${name}.json`));
  const settings = JSON.parse(await readFile(join(folder, "settings.json"), "utf8"));
  await writeFile(join(folder, "settings.json"), JSON.stringify({ ...settings, temperature: 0.2 }, null, 2));
  await repository.git("add", ".");
  await repository.git("commit", "--quiet", "--message=a small desk");
  await kira({ folder }, "init");
  const past = await readRequests(join(data, "example/traffic/past.jsonl"));
  const stdin = toOutcomes(await handle(folder, past, "day 2"));
  await kira({ folder, stdin }, "log", "--stdin");
  return repository;
}

test("with eight tasks and forty trials a mended failure is shown, and a change of white space is not", async () => {
  await using repository = await aSmallDesk();
  const { folder } = repository;
  await kira({ folder }, "analyze");
  const { proposal } = await kiraJson<{ proposal: Proposal }>({ folder }, "propose");
  expect(proposal).toMatchObject({ id: 1, targetFiles: ["skills/triage/SKILL.md"] });
  const budget = ["--max-trials", "40", "--allow-unsandboxed"];
  const judged = await kiraJson<{ evaluation: Evaluation }>(
    { folder },
    ...["evaluate", "--proposal-id", "1", ...budget],
  );
  expect(judged.evaluation).toMatchObject({ verdict: "improved", claim: "fix", why: "mended" });
  expect(judged.evaluation.tasks.filter(({ fixes }) => fixes).map(({ task }) => task)).toEqual(failing);
  expect(judged.evaluation.trials + judged.evaluation.ledgerTrials).toBeLessThanOrEqual(40);

  await repository.git("switch", "--quiet", "--create", "tidy", "main");
  await writeFile(join(folder, "AGENTS.md"), `${await readFile(join(folder, "AGENTS.md"), "utf8")}\n\n`);
  await repository.git("commit", "--quiet", "--all", "--message=tidy up white space");
  await repository.git("switch", "--quiet", "main");
  await kira({ folder }, "propose", "--from", "tidy");
  const tidied = await kiraJson<{ evaluation: Evaluation }>(
    { folder },
    ...["evaluate", "--proposal-id", "2", "--fixes", failing.join(","), ...budget],
  );
  expect(tidied.evaluation).toMatchObject({ verdict: "not-improved", claim: "fix" });
  expect(tidied.evaluation.trials).toBeLessThanOrEqual(40);
});
